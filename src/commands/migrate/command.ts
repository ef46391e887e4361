import type { CommandSpec } from '../command.js';
import { defineFlags, type NameOfFlag } from '../flag.js';
import { OUTPUT_FLAGS, PROXY_FLAG, SCHEMA_FLAG, SCHEMA_MAX_AGE_FLAG } from '../flags/common.js';

const FLAGS = defineFlags([
  {
    name: 'to',
    value: '<model>',
    group: 'What to translate',
    fromProject: 'yes',
    help: 'the model to translate for (default: the usual counterpart)',
  },
  {
    name: 'from',
    value: '<model>',
    group: 'What to translate',
    fromProject: 'yes',
    help: 'the model the request was made for, if it names none',
  },
  {
    name: 'keep-loras',
    group: 'What to translate',
    fromProject: 'yes',
    help: 'keep LoRAs trained for the old base model, if they fit the limits',
  },
  {
    name: 'as',
    value: '<json|curl|js|python|fal-edit>',
    group: 'Output',
    fromProject: 'yes',
    help: 'form of the result (default json; a manifest stays a manifest)',
  },
  SCHEMA_FLAG,
  SCHEMA_MAX_AGE_FLAG,
  PROXY_FLAG,
  ...OUTPUT_FLAGS,
]);

export const MIGRATE: CommandSpec<NameOfFlag<typeof FLAGS>> = {
  name: 'migrate',
  words: '[request...]',
  usage: '<file | - | request id> [--to <model>]',
  summary: 'translate a request for another model',
  about: 'Translate a request for another model, and say what becomes of each field.',
  examples: [
    ['fal-edit migrate request.json --to flux-2-lora', "fal's input for the other model"],
    ['fal-edit migrate last --as fal-edit', 'the newest edit from here, as a command'],
    ['pbpaste | fal-edit migrate - --as curl', 'from stdin; also --as js, python'],
    ['fal-edit migrate edits.csv --to flux-2-lora > flux-2.csv', 'a manifest, row by row'],
  ],
  flags: FLAGS,
  // The document and the forms both want stdout.
  exclusive: [['json', 'as']],
  notes: [
    'A request is fal\'s input as JSON, by itself or in {"input": …}, with or without the model beside it. The translation goes to stdout; what became of each field goes to stderr: kept, renamed, reshaped, dropped, ignored (fal never read it), out of range, default differs.',
  ],
  exits: [
    [0, 'translated'],
    [2, 'no request, or no such model'],
  ],
};
