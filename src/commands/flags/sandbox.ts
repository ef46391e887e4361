import { defineFlags, type NameOfFlag } from '../flag.js';
import { TRUST_PROJECT_FLAG } from './common.js';

/** How the sandbox behaves. The FAL_EDIT_* variables of these flags also shape the one inside `--sandbox`. */
export const SANDBOX_FLAGS = defineFlags([
  {
    name: 'port',
    value: '<n>',
    group: 'Sandbox',
    fromProject: 'yes',
    help: 'port to listen on (default: a free one)',
  },
  {
    name: 'queue-time',
    value: '<duration>',
    group: 'Sandbox',
    fromProject: 'yes',
    help: 'how long an edit waits at least (default 150ms)',
  },
  {
    name: 'inference-time',
    value: '<duration>',
    group: 'Sandbox',
    fromProject: 'yes',
    help: 'how long an edit takes (default 600ms)',
  },
  {
    name: 'runners',
    value: '<n>',
    group: 'Sandbox',
    fromProject: 'yes',
    help: 'how many edits run at once (default 2)',
  },
  {
    name: 'pictures',
    value: '<drawn|plain>',
    group: 'Sandbox',
    fromProject: 'yes',
    help: 'draw results from the input, or plain ones quickly (default drawn)',
  },
  {
    name: 'schemas',
    value: '<folder>',
    group: 'Sandbox',
    fromProject: 'inside-folder',
    help: 'also serve every endpoint whose OpenAPI document is a .json file in this folder',
  },
  {
    name: 'toxic',
    value: '<spec>',
    group: 'Sandbox',
    repeatable: true,
    fromProject: 'yes',
    help: 'add a fault, e.g. reset_peer,on=submit,stream=downstream,times=1; repeatable',
  },
  { ...TRUST_PROJECT_FLAG, group: 'Sandbox' },
]);

export type SandboxName = NameOfFlag<typeof SANDBOX_FLAGS>;
