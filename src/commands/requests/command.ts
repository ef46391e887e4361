import type { CommandSpec } from '../command.js';
import { defineFlags, type NameOfFlag } from '../flag.js';
import { OUTPUT_FLAGS } from '../flags/common.js';
import { SINCE_FLAG } from '../flags/earlier.js';

const FLAGS = defineFlags([
  {
    name: 'state',
    value: '<a,b>',
    group: 'Which ones',
    repeatable: true,
    fromProject: 'yes',
    help: 'planned, intent, accepted, completed, saved, rejected, failed, moderated, unknown, cancelled',
  },
  SINCE_FLAG,
  {
    name: 'model',
    short: 'm',
    value: '<name>',
    group: 'Which ones',
    fromProject: 'yes',
    typedOnly: true,
    help: 'only edits with this model',
  },
  {
    name: 'limit',
    value: '<n>',
    group: 'Which ones',
    fromProject: 'yes',
    help: 'show at most this many, the newest (default 20)',
  },
  ...OUTPUT_FLAGS,
]);

export const REQUESTS: CommandSpec<NameOfFlag<typeof FLAGS>> = {
  name: 'requests',
  usage: '',
  summary: 'list the edits sent from this machine',
  about: 'List the edits that this machine has sent, newest first.',
  examples: [
    ['fal-edit requests', 'the last 20'],
    ['fal-edit requests --state accepted,completed', 'at fal, but not saved here'],
    ['fal-edit requests --since today --json', 'for a script, in full'],
  ],
  flags: FLAGS,
  notes: [
    'A cost with ~ is an estimate. If stdout is not a terminal, the table has full ids, and tabs between its columns.',
  ],
  exits: [[0, 'listed']],
  ledger: true,
};
