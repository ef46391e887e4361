import type { HelpPage } from '../../terminal/help.js';
import { BATCH_HELP } from './batch.js';
import { CANCEL_HELP, COSTS_HELP, REQUESTS_HELP, RESULT_HELP, STATUS_HELP, WAIT_HELP } from './control.js';
import { COMPARE_HELP, PICK_HELP } from './compare.js';
import { MIGRATE_HELP } from './migrate.js';
import { MODELS_HELP } from './models.js';
import { EDIT_FLAGS } from '../flags/edit.js';
import { RECONCILE_HELP } from './reconcile.js';
import { SWEEP_HELP } from './sweep.js';
import { TRUST_HELP } from './trust.js';
import { SANDBOX_FLAGS } from '../flags/sandbox.js';

export const EDIT_HELP: HelpPage = {
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
  usage: 'fal-edit <image...> -p <prompt> [options]',
  flags: [
    ...EDIT_FLAGS,
    { name: 'help', short: 'h', group: 'How it runs', help: 'this page' },
    { name: 'version', short: 'V', group: 'How it runs', help: 'the version' },
  ],
  commands: [
    ['edit', 'one edit; the word may be left out'],
    ['batch <manifest|picture...>', 'many edits; can be killed and run again'],
    ['compare <picture...>', 'the same edits by several models, measured'],
    ['pick <folder>', 'choose between them without names'],
    ['sweep <picture...> --vary', 'a grid of settings, on a contact sheet'],
    ['models [name...]', 'what each model takes, lacks and costs'],
    ['migrate [request]', 'the same request for another model'],
    ['requests', 'the edits that were sent from here'],
    ['status <id...>', 'how far they are'],
    ['wait <id...|--unfinished>', 'wait for them and save their pictures'],
    ['result <id>', "fal's answer, as JSON"],
    ['cancel <id...>', 'ask fal to cancel them'],
    ['reconcile [job...]', 'find out whether fal took what may have been sent'],
    ['costs', 'what it has cost'],
    ['trust [folder]', 'trust the settings files of a folder'],
    ['sandbox', 'run the local fal on its own'],
    ['help <command>', 'more about a command'],
  ],
  footer: [
    'FAL_KEY holds the key. FAL_EDIT_<FLAG> is the default of any flag, in the',
    'environment, in .env, or as "<flag>" in fal-edit.config.json.',
    'Exit codes: 0 done, 1 failed at fal, 2 usage, 4 key, 5 account, 6 moderated,',
    '7 temporary, 8 over a cap, 9 may have been sent, 130 interrupted.',
  ],
};

export const SANDBOX_HELP: HelpPage = {
  about: 'A local fal: the real protocol over TCP, pictures of its own, no cost.',
  examples: [
    ['fal-edit sandbox', 'run it, and print the two lines that point a run at it'],
    ['fal-edit sandbox > sandbox.env & sleep 1; . ./sandbox.env', 'the same in a script'],
    ['fal-edit sandbox --toxic reset_peer,on=submit,stream=downstream,times=1', 'lose the first answer'],
  ],
  usage: 'fal-edit sandbox [options]',
  flags: SANDBOX_FLAGS,
};

/** The page of every command. */
export const PAGES = {
  edit: EDIT_HELP,
  batch: BATCH_HELP,
  compare: COMPARE_HELP,
  pick: PICK_HELP,
  sweep: SWEEP_HELP,
  models: MODELS_HELP,
  migrate: MIGRATE_HELP,
  requests: REQUESTS_HELP,
  status: STATUS_HELP,
  wait: WAIT_HELP,
  result: RESULT_HELP,
  cancel: CANCEL_HELP,
  reconcile: RECONCILE_HELP,
  costs: COSTS_HELP,
  trust: TRUST_HELP,
  sandbox: SANDBOX_HELP,
} satisfies Record<string, HelpPage>;
