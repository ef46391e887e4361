import { OUTPUT_FLAGS, RUN } from './common.js';
import type { ExclusiveFlags, Flag } from './flag.js';

const WHAT = 'What to do';

/** Flags of `fal-edit trust`. It reads no settings, so that none can keep it from working. */
export const TRUST_FLAGS: readonly Flag[] = [
  {
    name: 'list',
    group: WHAT,
    fromProject: 'trusted',
    settableIn: [],
    help: 'show the files that you trust',
  },
  {
    name: 'remove',
    group: WHAT,
    fromProject: 'trusted',
    settableIn: [],
    help: 'no longer trust the files of the folder',
  },
  {
    name: 'dry-run',
    short: 'n',
    group: RUN,
    fromProject: 'stricter',
    help: 'show what trusting would allow; trust nothing',
  },
  ...OUTPUT_FLAGS.filter(({ name }) => ['json', 'quiet', 'no-color'].includes(name)),
];

export const TRUST_EXCLUSIVE: ExclusiveFlags = [
  ['list', 'remove'],
  ['list', 'dry-run'],
  ['remove', 'dry-run'],
];
