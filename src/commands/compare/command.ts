import type { CommandSpec } from '../command.js';
import { BATCH_EXCLUSIVE, flagsOf, type NameOf } from '../flags/editing.js';

export const COMPARE: CommandSpec<NameOf<'compare'>> = {
  name: 'compare',
  words: '[picture...]',
  usage: '<picture...> [model.flag=value...] -p <prompt>',
  summary: 'edit the same pictures with several models, measured',
  about: 'Edit the same pictures with several models, and measure how the results differ.',
  examples: [
    ['fal-edit compare photos/*.jpg -p "a watercolor"', 'flux-general against flux-2-lora'],
    ['fal-edit compare a.jpg b.jpg -p "at night" --seeds 3 --open', 'three seeds of each; show it'],
    ['fal-edit compare a.jpg -p "at night" flux-general.strength=0.6', 'a setting for only one model'],
    ['fal-edit compare photos/ -p "a" -p "b" --dry-run', 'how many edits, and their cost'],
    ['fal-edit pick compare.out', 'then let people choose, without names'],
  ],
  flags: flagsOf('compare'),
  exclusive: BATCH_EXCLUSIVE,
  notes: [
    'Every picture × prompt × model × seed is an edit. Running the same command again costs nothing; with more pictures, prompts, models or seeds, only the new edits are paid for. The folder holds pictures/, compare.json and compare.html.',
  ],
  exits: [
    [0, 'all done'],
    [1, 'all failed'],
    [3, 'some failed'],
    [7, 'not all fetched yet'],
    [8, 'over a cap'],
    [9, 'may have been sent'],
    [11, 'another run'],
  ],
  ledger: true,
};
