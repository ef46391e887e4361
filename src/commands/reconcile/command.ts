import type { CommandSpec } from '../command.js';
import { defineFlags, type NameOfFlag } from '../flag.js';
import { CONTROL_FLAGS, SETTLE_FLAG } from '../flags/common.js';

const FLAGS = defineFlags([
  {
    name: 'all',
    group: 'What to look up',
    fromProject: 'yes',
    help: 'every edit that may have been sent',
  },
  { ...SETTLE_FLAG, group: 'What to look up' },
  ...CONTROL_FLAGS,
]);

export const RECONCILE: CommandSpec<NameOfFlag<typeof FLAGS>> = {
  name: 'reconcile',
  words: '[job...]',
  usage: '[--all | <job>...]',
  summary: 'find out whether fal got edits that may have been sent',
  about: 'Find out what happened to edits that may have been sent. Asks fal, pays nothing.',
  examples: [
    ['fal-edit reconcile', 'the one edit that may have been sent'],
    ['fal-edit reconcile --all', 'all of them'],
    ['fal-edit reconcile j4k2m9x7qw3a', 'a certain one; the beginning of its id is enough'],
  ],
  flags: FLAGS,
  notes: [
    'What fal accepted is fetched and saved as the edit itself would have been; if fal accepted it twice, both are. An edit that fal does not list counts as never received only after the time of --settle, and may then be run again. Needs the key that the edit was sent with, or a proxy that lets https://api.fal.ai through.',
  ],
  exits: [
    [0, 'everything is known and saved'],
    [2, 'no such job'],
    [4, 'no access'],
    [7, 'fal cannot be asked'],
    [9, 'still unknown'],
  ],
  ledger: true,
};
