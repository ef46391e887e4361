import type { CommandSpec } from '../command.js';
import { defineFlags, type NameOfFlag } from '../flag.js';
import { OPEN_FLAG, OUTPUT_FLAGS } from '../flags/common.js';

const FLAGS = defineFlags([{ ...OPEN_FLAG, help: 'open the page in the browser' }, ...OUTPUT_FLAGS]);

export const PICK: CommandSpec<NameOfFlag<typeof FLAGS>> = {
  name: 'pick',
  words: '[folder...]',
  usage: '<compare folder>',
  summary: 'choose between results without seeing the model names',
  about: 'Choose between results of a comparison without knowing which model made them.',
  examples: [
    ['fal-edit pick compare.out', 'print the address of a page on this machine'],
    ['fal-edit pick compare.out --open', 'and open it'],
  ],
  flags: FLAGS,
  notes: [
    'Keys: ← or 1 for the left one, → or 2 for the right one, space or 0 for no difference, u to undo the last choice. Each choice is saved at once in picks.json; stop with Ctrl-C, and go on later with the same command. The address works once, and only on this machine. The win rates go into compare.html.',
  ],
  exits: [
    [0, 'all pairs chosen'],
    [2, 'not the folder of a comparison'],
    [130, 'stopped before the last pair'],
  ],
};
