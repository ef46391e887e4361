import type { CommandSpec } from '../command.js';
import { defineFlags, type NameOfFlag } from '../flag.js';
import { CANCEL_ON_TIMEOUT_FLAG, FORCE_FLAG } from '../flags/common.js';
import { IDS_NOTE, REQUEST_FLAGS } from '../flags/earlier.js';

const FLAGS = defineFlags([
  {
    name: 'unfinished',
    group: 'Which ones',
    fromProject: 'yes',
    typedOnly: true,
    help: 'instead of ids: every edit at fal that no run is waiting for',
  },
  {
    name: 'output',
    short: 'o',
    value: '<file|dir/|template|->',
    group: 'Output',
    fromProject: 'inside-folder',
    // The place to save an edit was decided when it was sent.
    typedOnly: true,
    help: 'save it here instead of where the edit would have; templates as with edit',
  },
  { ...FORCE_FLAG, typedOnly: true },
  CANCEL_ON_TIMEOUT_FLAG,
  ...REQUEST_FLAGS,
]);

export const WAIT: CommandSpec<NameOfFlag<typeof FLAGS>> = {
  name: 'wait',
  words: '[id...]',
  usage: '<id... | --unfinished>',
  summary: 'wait for edits and save their pictures',
  about: 'Wait for an edit that fal has, and save it at no extra cost.',
  examples: [
    ['fal-edit wait last', 'save it where the edit would have'],
    ['fal-edit wait --unfinished', 'fetch everything that is paid for, after a crash'],
    ['fal-edit wait 764cabcf -o snow.png', 'save it somewhere else'],
    ['fal-edit wait 764cabcf 9f3a11c0 -o out/', 'several, into a folder'],
  ],
  flags: FLAGS,
  notes: [IDS_NOTE],
  exits: [
    [0, 'saved'],
    [1, 'failed at fal'],
    [2, 'no such edit'],
    [3, 'some failed'],
    [4, 'key'],
    [6, 'moderated'],
    [7, 'not done yet, or fal cannot be reached'],
    [9, 'may have been sent'],
  ],
  ledger: true,
};
