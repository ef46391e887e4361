import type { CommandSpec } from '../command.js';
import { BATCH_EXCLUSIVE, flagsOf, type NameOf } from '../flags/editing.js';

export const BATCH: CommandSpec<NameOf<'batch'>> = {
  name: 'batch',
  words: '[row...]',
  usage: '<manifest | picture...>',
  summary: 'edit many pictures; can be killed and run again',
  about: 'Edit many pictures. Can be killed and run again: finished rows are never paid for twice.',
  examples: [
    ['fal-edit batch edits.csv --out-dir out', 'each row of the manifest is an edit'],
    ['fal-edit batch "photos/*.jpg" -p "a watercolor" -d out', 'the same edit of many pictures'],
    ['fal-edit batch edits.jsonl -d out --dry-run', 'rows, uploads and cost; send nothing'],
    ['fal-edit batch edits.jsonl -d out --max-cost 20 --yes', 'in CI, with a cap'],
    ['fal-edit batch edits.jsonl -d out --shard 2/8', 'on one of eight machines'],
    ['fal-edit batch merge out-1 out-2 --out-dir all', 'put the parts together'],
    ['fal-edit batch edits.jsonl -d out --submit-only', 'send and exit; later:'],
    ['fal-edit batch --collect -d out', 'fetch what was sent'],
  ],
  flags: flagsOf('batch'),
  exclusive: BATCH_EXCLUSIVE,
  notes: [
    'A manifest is .jsonl, .json, .csv, .tsv, .yaml, or - for stdin. Its fields are the long flags of an edit (image, prompt, model, strength, lora, seed, output, set, …), id and expect. {column} in prompt and output stands for a field of the row. Paths in a manifest start at its folder. Flags are the defaults of all rows.',
  ],
  exits: [
    [0, 'all done'],
    [1, 'all failed'],
    [3, 'some failed'],
    [7, 'not all fetched yet'],
    [8, 'over a cap'],
    [9, 'may have been sent'],
    [10, 'not as expected, or not frozen'],
    [11, 'another run'],
  ],
  ledger: true,
};
