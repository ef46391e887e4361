import type { CommandSpec } from '../command.js';
import { defineFlags, type NameOfFlag } from '../flag.js';
import {
  OUTPUT_FLAGS,
  PROXY_FLAG,
  SANDBOX_FLAG,
  SCHEMA_FLAG,
  SCHEMA_MAX_AGE_FLAG,
  TIMEOUT_FLAG,
} from '../flags/common.js';

const FLAGS = defineFlags([
  {
    name: 'check',
    group: 'What to show',
    fromProject: 'yes',
    help: 'ask fal whether the models still match these descriptions; free',
  },
  {
    name: 'json-schema',
    group: 'What to show',
    fromProject: 'yes',
    help: "print only one model's input as a JSON schema",
  },
  TIMEOUT_FLAG,
  SANDBOX_FLAG,
  PROXY_FLAG,
  SCHEMA_FLAG,
  SCHEMA_MAX_AGE_FLAG,
  ...OUTPUT_FLAGS,
]);

export const MODELS_COMMAND: CommandSpec<NameOfFlag<typeof FLAGS>> = {
  name: 'models',
  words: '[name...]',
  usage: '[name...]',
  summary: 'what each model takes, lacks and costs',
  about: 'Show the models: what each takes, what it lacks, what it costs.',
  examples: [
    ['fal-edit models', 'side by side'],
    ['fal-edit models flux-2-lora', 'one of them in full'],
    ['fal-edit models flux-dev --json-schema', 'its input for other programs'],
    ['fal-edit models search upscale', "other models, in fal's catalogue"],
    ['fal-edit models --check', 'whether fal has changed them'],
    ['fal-edit models --check --sandbox', 'try it: no key, no network'],
  ],
  flags: FLAGS,
  exclusive: [
    ['sandbox', 'proxy-url'],
    ['check', 'json-schema'],
  ],
  notes: [
    'If stdout is not a terminal, columns are separated by tabs. --check asks fal for the status, the price (which needs the key) and the schema of each model. Parts that could not be checked are listed, and do not count as changes. With --sandbox the built-in sandbox is asked instead, which knows nothing new about fal.',
  ],
  exits: [
    [0, 'shown; with --check, fal still takes all that is sent'],
    [2, 'no such model'],
    [4, 'the key was refused'],
    [7, 'fal cannot be reached'],
    [10, 'fal no longer takes something that is sent'],
  ],
};
