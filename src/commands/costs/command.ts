import type { CommandSpec } from '../command.js';
import { defineFlags, type NameOfFlag } from '../flag.js';
import { OUTPUT_FLAGS } from '../flags/common.js';
import { SINCE_FLAG } from '../flags/earlier.js';

const FLAGS = defineFlags([
  SINCE_FLAG,
  {
    name: 'by',
    value: '<model|day>',
    group: 'Which ones',
    fromProject: 'yes',
    help: 'one line per model or per day (default model)',
  },
  {
    name: 'sandbox',
    group: 'Which ones',
    fromProject: 'stricter',
    help: 'show what runs on the sandbox would have cost instead',
  },
  ...OUTPUT_FLAGS,
]);

export const COSTS: CommandSpec<NameOfFlag<typeof FLAGS>> = {
  name: 'costs',
  usage: '',
  summary: 'show what edits have cost',
  about: "Show what this machine's edits have cost.",
  examples: [
    ['fal-edit costs', 'one line per model'],
    ['fal-edit costs --since 7d --by day', 'the last seven days'],
  ],
  flags: FLAGS,
  notes: [
    'billed: the amount that fal reported. estimated: accepted by fal, amount not reported yet. unknown: may have been sent, and counts as spent until fal-edit reconcile settles it.',
  ],
  exits: [[0, 'shown']],
  ledger: true,
};
