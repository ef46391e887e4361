import type { CommandSpec } from '../command.js';
import type { NameOfFlag } from '../flag.js';
import { IDS_NOTE, REQUEST_FLAGS } from '../flags/earlier.js';

export const RESULT: CommandSpec<NameOfFlag<typeof REQUEST_FLAGS>> = {
  name: 'result',
  words: '[id...]',
  usage: '<id>',
  summary: "print fal's answer to an edit",
  about: "Print fal's answer to an edit as JSON, and nothing else.",
  examples: [['fal-edit result last', 'from the ledger, from fal, or from its history']],
  flags: REQUEST_FLAGS,
  notes: [IDS_NOTE],
  exits: [
    [0, 'printed'],
    [1, 'failed at fal'],
    [2, 'no such edit'],
    [4, 'key'],
    [7, 'not done yet, or fal cannot be reached'],
  ],
  ledger: true,
};
