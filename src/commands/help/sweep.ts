import type { HelpPage } from '../../terminal/help.js';
import { SWEEP_FLAGS } from '../flags/sweep.js';

export const SWEEP_HELP: HelpPage = {
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
  usage: 'fal-edit sweep <picture...> --vary <name=values> [options]',
  flags: SWEEP_FLAGS,
  footer: [
    'An axis is a flag of an edit (strength, guidance, steps, prompt, model, …),',
    'lora.0.scale for the first --lora, a field of the model by its API name, or a',
    '{word} of the prompt. The first is the columns, the second the rows.',
    'The same command with more values pays for the new cells alone.',
    '--best takes min- or max- and change (0 to 1), hash-distance (0 to 64),',
    'colour-shift, sharpness or cost. Of the settings whose medians over the seeds',
    'keep all bounds, it names the one nearest to the last: for max-change=0.4 the',
    'greatest change up to 0.4.',
    'Exit codes: those of batch, and 10 where no setting keeps the bounds of --best.',
  ],
};
