import { CANCEL_ON_TIMEOUT_FLAG, CONTROL_FLAGS, OUTPUT_FLAGS } from './common.js';
import type { Flag } from './flag.js';

const WHICH = 'Which ones';
const RESULT = 'What comes out';

const SINCE_FLAG: Flag = {
  name: 'since',
  value: '<2h|today|2026-11-01>',
  group: WHICH,
  fromProject: 'yes',
  help: 'not what is older: a time ago (30m, 2h, 7d), today, a day, an ISO time',
};

/** For a request that the ledger has never seen: fal's addresses hold the model's name. */
const OF_MODEL_FLAG: Flag = {
  name: 'model',
  short: 'm',
  value: '<name>',
  group: WHICH,
  fromProject: 'yes',
  help: 'of a request that was not sent from here: its model',
};

export const REQUESTS_FLAGS: readonly Flag[] = [
  {
    name: 'state',
    value: '<a,b>',
    group: WHICH,
    repeatable: true,
    fromProject: 'yes',
    help: 'planned, intent, accepted, completed, saved, rejected, failed, moderated, unknown, cancelled',
  },
  SINCE_FLAG,
  {
    name: 'model',
    short: 'm',
    value: '<name>',
    group: WHICH,
    fromProject: 'yes',
    help: 'edits with this model alone',
  },
  { name: 'limit', value: '<20>', group: WHICH, fromProject: 'yes', help: 'how many at most, the newest' },
  ...OUTPUT_FLAGS,
];

export const STATUS_FLAGS: readonly Flag[] = [OF_MODEL_FLAG, ...CONTROL_FLAGS];

export const WAIT_FLAGS: readonly Flag[] = [
  {
    name: 'unfinished',
    group: WHICH,
    fromProject: 'yes',
    help: 'all that fal has and that no run waits for, instead of ids',
  },
  OF_MODEL_FLAG,
  {
    name: 'output',
    short: 'o',
    value: '<file|dir/|template|->',
    group: RESULT,
    fromProject: 'inside-folder',
    help: 'where to, if not where the edit would have put it; templates as with edit',
  },
  { name: 'force', short: 'f', group: RESULT, fromProject: 'trusted', help: 'overwrite an existing file' },
  CANCEL_ON_TIMEOUT_FLAG,
  ...CONTROL_FLAGS,
];

export const RESULT_FLAGS: readonly Flag[] = [OF_MODEL_FLAG, ...CONTROL_FLAGS];

/** Without a deadline of the user's: fal is given a few seconds to confirm. */
export const CANCEL_FLAGS: readonly Flag[] = [
  OF_MODEL_FLAG,
  ...CONTROL_FLAGS.filter(({ name }) => name !== 'timeout'),
];

export const COSTS_FLAGS: readonly Flag[] = [
  SINCE_FLAG,
  {
    name: 'by',
    value: '<model|day>',
    group: WHICH,
    fromProject: 'yes',
    help: 'a line a model (default), or a line a day',
  },
  {
    name: 'sandbox',
    group: WHICH,
    fromProject: 'stricter',
    help: 'what runs on the sandbox would have cost, instead',
  },
  ...OUTPUT_FLAGS,
];
