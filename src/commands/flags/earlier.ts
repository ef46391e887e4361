/* Flags of the commands about earlier edits. */
import { CONTROL_FLAGS } from './common.js';
import { defineFlags } from '../flag.js';

export const SINCE_FLAG = {
  name: 'since',
  value: '<time>',
  group: 'Which ones',
  fromProject: 'yes',
  help: 'only edits since then: 30m, 2h, 7d, today, 2026-11-01, an ISO time',
} as const;

/** For a request that is not in the ledger: fal's URLs contain the model's name. */
export const MODEL_OF_REQUEST_FLAG = {
  name: 'model',
  short: 'm',
  value: '<name>',
  group: 'Which ones',
  fromProject: 'yes',
  help: 'the model of a request that was not sent from here',
} as const;

export const REQUEST_FLAGS = defineFlags([MODEL_OF_REQUEST_FLAG, ...CONTROL_FLAGS]);

export const IDS_NOTE =
  'An id is a request id, its beginning (4 characters or more), one of our own job ids (j…), or "last". fal-edit requests lists them.';
