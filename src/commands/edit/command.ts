import type { CommandSpec } from '../command.js';
import { EDIT_EXCLUSIVE, flagsOf, type NameOf } from '../flags/editing.js';

export const EDIT: CommandSpec<NameOf<'edit'>> = {
  name: 'edit',
  words: '[image...]',
  usage: '<image...> -p <prompt>',
  summary: 'edit a picture; the word "edit" may be left out',
  about: 'Edit pictures through fal.ai. Pays once, refuses what a model would ignore.',
  examples: [
    ['fal-edit photo.jpg -p "turn it into a watercolor"', 'edit a picture; the result is photo.edit.png'],
    ['fal-edit photo.jpg -p "a snowy evening" --strength 0.6 -o snow.jpg', 'keep more of it, as a JPEG'],
    [
      'fal-edit a.png b.png -m flux-2-lora --lora owner/style@0.8 -p "…"',
      'two pictures and a LoRA on FLUX.2',
    ],
    ['fal-edit photo.jpg -p "…" --dry-run', 'what would be sent, and what it would cost'],
    ['fal-edit photo.jpg -p "…" --sandbox', 'try it: no key, no network, no cost'],
  ],
  flags: flagsOf('edit'),
  exclusive: EDIT_EXCLUSIVE,
  notes: [
    'FAL_KEY holds the key. FAL_EDIT_<FLAG> sets the default of any flag, in the environment, in .env, or as "<flag>" in fal-edit.config.json.',
  ],
  exits: [
    [0, 'done'],
    [1, 'failed at fal'],
    [2, 'bad flags or files'],
    [4, 'key'],
    [5, 'account'],
    [6, 'moderated'],
    [7, 'temporary'],
    [8, 'over a cap'],
    [9, 'may have been sent'],
    [130, 'interrupted'],
  ],
  ledger: true,
};

/** Printed for `fal-edit` without arguments. */
export const SHORT_HELP = `fal-edit edits pictures through fal.ai. Give it a picture and a prompt.

  # try it: no key, no network, no cost
  fal-edit photo.jpg "turn it into a watercolor" --sandbox
  # see what an edit would cost, then pay for it
  fal-edit photo.jpg "a snowy evening" --dry-run
  # edit many pictures
  fal-edit batch photos/ -p "a snowy evening"

Edits at fal need a key: make one at https://fal.ai/dashboard/keys, then
export FAL_KEY=<key>

All commands and flags: fal-edit --help
`;
