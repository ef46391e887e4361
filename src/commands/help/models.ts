import type { HelpPage } from '../../terminal/help.js';
import { MODELS_FLAGS } from '../flags/models.js';

export const MODELS_HELP: HelpPage = {
  about: 'Show the models: what each takes, what it lacks, what it costs.',
  examples: [
    ['fal-edit models', 'side by side'],
    ['fal-edit models flux-2-lora', 'one of them in full'],
    ['fal-edit models flux-dev --json-schema', 'its input for other programs'],
    ['fal-edit models --check', 'whether fal has changed them'],
    ['fal-edit models --check --sandbox', 'try it: no key, no network'],
  ],
  usage: 'fal-edit models [name...] [options]',
  flags: MODELS_FLAGS,
  footer: [
    'Where stdout is no terminal, columns are separated by tabs. --check asks fal for',
    'the status, the price (this takes the key) and the schema of each model. What',
    'could not be asked is said, and does not count as a change. With --sandbox the',
    'built-in sandbox is asked instead, which knows no news of fal.',
    'Exit codes of --check: 0 nothing that is sent has gone, 10 something has, 4 the',
    'key was refused, 7 fal cannot be reached.',
  ],
};
