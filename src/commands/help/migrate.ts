import type { HelpPage } from '../../terminal/help.js';
import { MIGRATE_FLAGS } from '../flags/migrate.js';

export const MIGRATE_HELP: HelpPage = {
  about: 'Translate a request for another model, and say what becomes of each field.',
  examples: [
    ['fal-edit migrate request.json --to flux-2-lora', "fal's input for the other model"],
    ['fal-edit migrate last --as fal-edit', 'the newest edit from here, as a command'],
    ['pbpaste | fal-edit migrate - --as curl', 'from stdin; also --as js, python'],
    ['fal-edit migrate edits.csv --to flux-2-lora > flux-2.csv', 'a manifest, row by row'],
  ],
  usage: 'fal-edit migrate <file | - | request id> [--to <model>] [options]',
  flags: MIGRATE_FLAGS,
  footer: [
    'A request is fal\'s input as JSON, by itself or within {"input": …}, with or',
    'without the model beside it. The translation goes to stdout, the fate of each',
    'field to stderr: kept, renamed, reshaped, dropped, ignored (fal did not look at',
    'it before either), out of range, default differs.',
    'Exit codes: 0 translated, 2 no request, or no such model.',
  ],
};
