import type { CommandSpec } from '../command.js';
import type { NameOfFlag } from '../flag.js';
import { IDS_NOTE, REQUEST_FLAGS } from '../flags/earlier.js';

export const STATUS: CommandSpec<NameOfFlag<typeof REQUEST_FLAGS>> = {
  name: 'status',
  words: '[id...]',
  usage: '<id...>',
  summary: 'show how far an edit is',
  about: 'Show how far an edit is, here and at fal. Changes nothing.',
  examples: [
    ['fal-edit status last', 'the newest edit'],
    ['fal-edit status 764cabcf 9f3a11c0 --json', 'two of them, for a script'],
  ],
  flags: REQUEST_FLAGS,
  notes: [IDS_NOTE],
  exits: [
    [0, 'shown'],
    [2, 'no such edit'],
    [4, 'key'],
    [7, 'fal cannot be reached'],
  ],
  ledger: true,
};
