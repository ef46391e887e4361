import type { HelpPage } from '../../terminal/help.js';
import { BATCH_FLAGS } from '../flags/batch.js';

export const BATCH_HELP: HelpPage = {
  about: 'Edit many pictures. Can be killed and run again: what is done is not paid again.',
  examples: [
    ['fal-edit batch edits.csv --out-dir out', 'a row of the manifest is an edit'],
    ['fal-edit batch "photos/*.jpg" -p "a watercolor" -d out', 'the same edit of many pictures'],
    ['fal-edit batch edits.jsonl -d out --dry-run', 'rows, uploads and cost; send nothing'],
    ['fal-edit batch edits.jsonl -d out --max-cost 20 --yes', 'in CI, with a cap'],
    ['fal-edit batch edits.jsonl -d out --shard 2/8', 'one of eight machines'],
    ['fal-edit batch merge out-1 out-2 --out-dir all', 'put the parts together'],
    ['fal-edit batch edits.jsonl -d out --submit-only', 'send, and leave; later:'],
    ['fal-edit batch --collect -d out', 'fetch what was sent'],
  ],
  usage: 'fal-edit batch <manifest | picture...> [options]',
  flags: BATCH_FLAGS,
  footer: [
    'A manifest is .jsonl, .csv, .tsv, .yaml, or - for stdin. Its fields are the long',
    'flags of an edit (image, prompt, model, strength, lora, seed, output, set, …),',
    'id and expect. {column} in prompt and output stands for a field of the row.',
    'Paths in a manifest start at its folder. Flags are the defaults of all rows.',
    'Exit codes: 0 all done, 1 all failed, 3 some failed, 7 not all home yet, 8 over',
    'a cap, 9 may have been sent, 10 not as expected or not frozen, 11 another run.',
  ],
};
