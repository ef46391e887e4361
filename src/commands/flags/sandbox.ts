import { TRUST_PROJECT_FLAG } from './common.js';
import type { Flag } from './flag.js';

const SANDBOX = 'How the sandbox behaves';

/** Flags of `fal-edit sandbox`. Their FAL_EDIT_* variables also shape the sandbox inside `--sandbox`. */
export const SANDBOX_FLAGS: readonly Flag[] = [
  { name: 'port', value: '<n>', group: SANDBOX, fromProject: 'yes', help: 'a free one if not given' },
  {
    name: 'queue-time',
    value: '<150ms>',
    group: SANDBOX,
    fromProject: 'yes',
    help: 'how long an edit waits at least',
  },
  {
    name: 'inference-time',
    value: '<600ms>',
    group: SANDBOX,
    fromProject: 'yes',
    help: 'how long an edit takes',
  },
  { name: 'runners', value: '<2>', group: SANDBOX, fromProject: 'yes', help: 'how many edits run at once' },
  {
    name: 'pictures',
    value: '<drawn|plain>',
    group: SANDBOX,
    fromProject: 'yes',
    help: 'drawn from the input (default), or plain and quick to make',
  },
  {
    name: 'toxic',
    value: '<spec>',
    group: SANDBOX,
    repeatable: true,
    fromProject: 'yes',
    help: 'a fault, e.g. reset_peer,on=submit,stream=downstream,times=1',
  },
  { ...TRUST_PROJECT_FLAG, group: SANDBOX },
];
