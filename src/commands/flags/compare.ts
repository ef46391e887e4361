import { BATCH_EXCLUSIVE, BATCH_FLAGS } from './batch.js';
import { OUTPUT_FLAGS, RUN } from './common.js';
import type { ExclusiveFlags, Flag } from './flag.js';

const WHAT = 'What to compare';
const SHOW = 'How it is shown';

/** Flags of a batch that mean the same here. */
const OF_BATCH = [
  ...['recursive', 'prompt-file', 'shard'],
  ...['strength', 'image-strength', 'lora', 'steps', 'guidance', 'negative-prompt', 'acceleration'],
  ...['expand-prompt', 'no-safety-checker', 'set', 'size', 'format', 'keep-blanked'],
  ...['out-dir', 'junit', 'concurrency', 'rate', 'uploads', 'downloads', 'priority', 'reuse-uploads'],
  ...[
    'yes',
    'max-cost',
    'daily-cap',
    'max-jobs',
    'max-failures',
    'retry',
    'retry-failed',
    'again',
    'rebuild',
    'settle',
  ],
  ...['dry-run', 'events', 'timeout', 'cancel-on-timeout', 'sandbox', 'proxy-url'],
  ...OUTPUT_FLAGS.map(({ name }) => name),
];

/** Their words, where those of a batch would say something else. */
const REWORDED: Readonly<Record<string, Partial<Flag>>> = {
  recursive: { group: WHAT },
  'prompt-file': { group: WHAT },
  shard: { group: WHAT, help: 'one part of so many; see batch merge' },
  'out-dir': { help: 'pictures, figures, page; compare.out if not given' },
  'dry-run': { help: 'show the edits, uploads and cost; send nothing' },
};

export const OPEN_FLAG: Flag = {
  name: 'open',
  group: SHOW,
  fromProject: 'trusted',
  help: 'open the page when it is there',
};

const UNSORTED: readonly Flag[] = [
  {
    name: 'prompt',
    short: 'p',
    value: '<text>',
    group: WHAT,
    repeatable: true,
    fromProject: 'yes',
    help: 'what the pictures should become; repeatable: each prompt with each picture',
  },
  {
    name: 'models',
    value: '<a,b>',
    group: WHAT,
    fromProject: 'yes',
    help: 'two or more; flux-general,flux-2-lora if not given',
  },
  {
    name: 'seeds',
    value: '<1>',
    group: WHAT,
    fromProject: 'yes',
    help: 'edits of each, with seeds of their own',
  },
  {
    name: 'seed',
    value: '<1>',
    group: WHAT,
    fromProject: 'yes',
    help: 'the first seed; the others follow it',
  },
  ...BATCH_FLAGS.filter(({ name }) => OF_BATCH.includes(name)).map((flag) => ({
    ...flag,
    ...REWORDED[flag.name],
  })),
  OPEN_FLAG,
  {
    name: 'preview',
    group: SHOW,
    fromProject: 'yes',
    help: 'show input and results in the terminal, where it can',
  },
];

/** Flags of `fal-edit compare`. */
export const COMPARE_FLAGS: readonly Flag[] = UNSORTED.toSorted(byGroup);

/** The group of how a run behaves is the last of every page. */
function byGroup(one: Flag, other: Flag): number {
  return Number(one.group === RUN) - Number(other.group === RUN);
}

export const COMPARE_EXCLUSIVE: ExclusiveFlags = BATCH_EXCLUSIVE;

/** Flags of `fal-edit pick`. */
export const PICK_FLAGS: readonly Flag[] = [
  { ...OPEN_FLAG, group: RUN, help: 'open the page in the browser' },
  ...OUTPUT_FLAGS,
];
