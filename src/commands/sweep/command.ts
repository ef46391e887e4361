import type { CommandSpec } from '../command.js';
import { BATCH_EXCLUSIVE, flagsOf, type NameOf } from '../flags/editing.js';

const FLAGS = flagsOf('sweep');

export const SWEEP: CommandSpec<NameOf<'sweep'>> = {
  name: 'sweep',
  words: '[picture...]',
  usage: '<picture...> --vary <name=values>',
  summary: 'try a grid of settings, on a contact sheet',
  about: 'Edit a picture with every combination of settings, and see what they do.',
  examples: [
    [
      'fal-edit sweep photo.jpg -p "a snowy evening" --vary strength=0.3..0.9:0.1',
      'seven strengths side by side: sweep.out/sweep.html, sheet.png',
    ],
    [
      'fal-edit sweep photo.jpg -p "…" --vary strength=0.4,0.6 --vary steps=10..30:10',
      'a grid; with --seeds 2, each setting twice',
    ],
    ['fal-edit sweep photo.jpg --vary prompt=@prompts.txt', 'a prompt from each line of a file'],
    [
      'fal-edit sweep a.jpg -p "…" --lora owner/style --vary lora.0.scale=0.4,0.8,1.2',
      'how strongly a LoRA is applied',
    ],
    [
      'fal-edit sweep a.jpg -p "…" --vary strength=0.3..0.9:0.1 --best max-change=0.4',
      'the strength that changes most of it, up to that',
    ],
  ],
  flags: FLAGS,
  exclusive: BATCH_EXCLUSIVE.filter((pair) => pair.every((name) => FLAGS.some((flag) => flag.name === name))),
  notes: [
    'An axis is a flag of an edit (strength, guidance, steps, prompt, model, …), lora.0.scale for the first --lora, a field of the model by its API name, or a {word} of the prompt. The first axis gives the columns, the second the rows. Running the same command with more values pays only for the new cells.',
    '--best takes min- or max- and change (0 to 1), hash-distance (0 to 64), colour-shift, sharpness or cost. Among the settings whose medians over the seeds meet all bounds, it names the one nearest to the last bound: for max-change=0.4, the greatest change up to 0.4.',
  ],
  exits: [
    [0, 'all done'],
    [1, 'all failed'],
    [3, 'some failed'],
    [7, 'not all fetched yet'],
    [8, 'over a cap'],
    [9, 'may have been sent'],
    [10, 'no setting meets the bounds of --best'],
    [11, 'another run'],
  ],
  ledger: true,
};
