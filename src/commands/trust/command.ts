import type { CommandSpec } from '../command.js';
import { defineFlags, type NameOfFlag } from '../flag.js';
import { JSON_FLAG, NO_COLOR_FLAG, QUIET_FLAG } from '../flags/common.js';

const FLAGS = defineFlags([
  {
    name: 'list',
    group: 'What to do',
    fromProject: 'trusted',
    settableIn: [],
    help: 'show the files that you trust',
  },
  {
    name: 'remove',
    group: 'What to do',
    fromProject: 'trusted',
    settableIn: [],
    help: 'no longer trust the files of the folder',
  },
  {
    name: 'dry-run',
    short: 'n',
    group: 'General',
    fromProject: 'stricter',
    help: 'show what trusting would allow; trust nothing',
  },
  JSON_FLAG,
  QUIET_FLAG,
  NO_COLOR_FLAG,
]);

export const TRUST: CommandSpec<NameOfFlag<typeof FLAGS>> = {
  name: 'trust',
  words: '[folder...]',
  usage: '[folder]',
  summary: 'trust the settings files of a folder',
  about: 'Trust the settings files of a folder, as long as they stay as they are.',
  examples: [
    ['fal-edit trust', 'trust .env and fal-edit.config.json of this folder'],
    ['fal-edit trust ../shop --dry-run', 'show what trusting would allow'],
    ['fal-edit trust --list', 'show the files that you trust'],
    ['fal-edit trust ../shop --remove', 'no longer trust them'],
  ],
  flags: FLAGS,
  exclusive: [
    ['list', 'remove'],
    ['list', 'dry-run'],
    ['remove', 'dry-run'],
  ],
  notes: [
    'Untrusted files may set a key, how pictures are made, and lower caps. They may not set a proxy, the ledger folder, --force, --again, --yes, --prompt-file or --junit, nor name files outside their folder. A file that changes is no longer trusted. For one run: --trust-project, or FAL_EDIT_TRUST_PROJECT=1.',
  ],
  exits: [
    [0, 'done'],
    [2, 'no such folder, or no settings files in it'],
  ],
  // An invalid or malicious settings file must not stop this command from working.
  flagsOnly: true,
};
