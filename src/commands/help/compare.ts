import type { HelpPage } from '../../terminal/help.js';
import { COMPARE_FLAGS, PICK_FLAGS } from '../flags/compare.js';

export const COMPARE_HELP: HelpPage = {
  about: 'Edit the same pictures with several models, and measure how the results differ.',
  examples: [
    ['fal-edit compare photos/*.jpg -p "a watercolor"', 'flux-general against flux-2-lora'],
    ['fal-edit compare a.jpg b.jpg -p "at night" --seeds 3 --open', 'three seeds of each; show it'],
    ['fal-edit compare a.jpg -p "at night" flux-general.strength=0.6', 'a setting of one model alone'],
    ['fal-edit compare photos/ -p "a" -p "b" --dry-run', 'how many edits, and their cost'],
    ['fal-edit pick compare.out', 'then have people choose, without names'],
  ],
  usage: 'fal-edit compare <picture...> [model.flag=value...] -p <prompt> [options]',
  flags: COMPARE_FLAGS,
  footer: [
    'Every picture × prompt × model × seed is an edit. The same command again pays',
    'for nothing; more pictures, prompts, models or seeds pay for what is new alone.',
    'In the out-dir: pictures/, compare.json, compare.html. Exit codes as of batch.',
  ],
};

export const PICK_HELP: HelpPage = {
  about: 'Choose between results of a comparison, without knowing which model made them.',
  examples: [
    ['fal-edit pick compare.out', 'print the address of a page on this machine'],
    ['fal-edit pick compare.out --open', 'and open it'],
  ],
  usage: 'fal-edit pick <compare-dir> [options]',
  flags: PICK_FLAGS,
  footer: [
    'Keys: ← or 1 for the left one, → or 2 for the right one, space or 0 for no',
    'difference, u takes the last choice back. Each choice is kept at once in',
    'picks.json; stop with Ctrl-C, and go on later with the same command. The address',
    'works once, on this machine alone. The win rates come into compare.html.',
  ],
};
