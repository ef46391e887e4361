import { CONTROL_FLAGS } from './common.js';
import type { Flag } from './flag.js';

const WHICH = 'What to look up';

/** Flags of `fal-edit reconcile`. */
export const RECONCILE_FLAGS: readonly Flag[] = [
  {
    name: 'all',
    group: WHICH,
    fromProject: 'yes',
    help: 'every edit of which it is not known whether fal took it',
  },
  {
    name: 'settle',
    value: '<10m>',
    group: WHICH,
    fromProject: 'trusted',
    help: 'how long fal may take to list a request; 10m if not given',
  },
  ...CONTROL_FLAGS,
];
