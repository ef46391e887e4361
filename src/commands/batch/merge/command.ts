import type { CommandSpec } from '../../command.js';
import { flagsOf, type NameOf } from '../../flags/editing.js';

export const MERGE: CommandSpec<NameOf<'batch merge'>> = {
  name: 'batch merge',
  words: '[folder...]',
  usage: '<batch folder...> --out-dir <folder>',
  summary: 'put the shards of a batch together',
  about: 'Put the folders of a sharded batch together into one. Sends nothing, costs nothing.',
  examples: [
    ['fal-edit batch merge out-1 out-2 --out-dir all', 'two parts into the folder all'],
    ['fal-edit batch merge out-* --out-dir all --junit junit.xml', 'with a JUnit report'],
  ],
  flags: flagsOf('batch merge'),
  notes: ['The parts stay as they are. To edit a folder named merge: fal-edit batch ./merge'],
  exits: [
    [0, 'merged, and every row is done'],
    [2, 'the parts do not fit together'],
    [3, 'merged; some rows failed'],
    [11, 'another run'],
  ],
};
