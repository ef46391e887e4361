import { RUN } from './common.js';
import { EDIT_EXCLUSIVE, EDIT_FLAGS } from './edit.js';
import type { ExclusiveFlags, Flag } from './flag.js';

const ROWS = 'What to edit';
const WHERE = 'Where it goes';
const SPEED = 'How fast';
const MONEY = 'What it may cost';
const LATER = 'Sending now, fetching later';

/** Flags of one edit that mean something else, or nothing, for a batch: said anew below, or left out. */
const ANEW = ['image', 'output', 'dry-run', 'max-cost', 'again', 'detach'];

const named = (name: string): Flag | undefined => EDIT_FLAGS.find((flag) => flag.name === name);
/** The same flag with other words. */
const reworded = (name: string, change: Partial<Flag>): Flag[] => {
  const flag = named(name);
  return flag === undefined ? [] : [{ ...flag, ...change }];
};

/** The flags of a batch: those of an edit are the defaults of all rows. */
export const BATCH_FLAGS: readonly Flag[] = [
  {
    name: 'recursive',
    short: 'r',
    group: ROWS,
    fromProject: 'yes',
    help: 'folders with all that is below them',
  },
  {
    name: 'input-format',
    value: '<jsonl|csv|yaml>',
    group: ROWS,
    fromProject: 'yes',
    help: 'of the manifest, where its name does not say',
  },
  {
    name: 'skip-invalid',
    group: ROWS,
    fromProject: 'yes',
    help: 'leave out rows in which something is wrong',
  },
  {
    name: 'allow-outside',
    group: ROWS,
    fromProject: 'trusted',
    // A flag only: whoever types it has seen the manifest.
    settableIn: [],
    help: "let rows name prompt files and weights outside of the manifest's folder",
  },
  {
    name: 'shard',
    value: '<2/8>',
    group: ROWS,
    fromProject: 'yes',
    help: 'one part of so many, the same rows every time',
  },
  ...reworded('image', { help: 'the picture of rows that name none; repeatable' }),
  ...EDIT_FLAGS.filter(({ group, name }) => group !== RUN && !ANEW.includes(name) && group !== MONEY),
  {
    name: 'expect',
    value: '<name=value>',
    group: WHERE,
    repeatable: true,
    fromProject: 'yes',
    help: 'of every result: min_width, max_bytes, format, max_change, min_change, not_blank; repeatable',
  },
  {
    name: 'out-dir',
    short: 'd',
    value: '<folder>',
    group: WHERE,
    fromProject: 'inside-folder',
    help: 'all of the batch: pictures, ledger, results; <manifest>.out if not given',
  },
  ...reworded('output', {
    value: '<template>',
    group: WHERE,
    help: 'names in the out-dir; {column} {id} {name} {index} {seed} {model} {ext}',
  }),
  {
    name: 'junit',
    value: '<file>',
    group: WHERE,
    fromProject: 'trusted',
    help: 'write a JUnit report as well',
  },
  { name: 'no-report', group: WHERE, fromProject: 'yes', help: 'no report.html' },
  {
    name: 'concurrency',
    value: '<10>',
    group: SPEED,
    fromProject: 'yes',
    help: 'edits at fal at the same time',
  },
  {
    name: 'rate',
    value: '<5/s>',
    group: SPEED,
    fromProject: 'yes',
    help: 'no more submits than that: 5/s, 30/m, 1000/h',
  },
  { name: 'uploads', value: '<4>', group: SPEED, fromProject: 'yes', help: 'uploads at the same time' },
  { name: 'downloads', value: '<8>', group: SPEED, fromProject: 'yes', help: 'downloads at the same time' },
  { name: 'priority', value: '<normal|low>', group: SPEED, fromProject: 'yes', help: "in fal's queue" },
  {
    name: 'reuse-uploads',
    value: '<24h>',
    group: SPEED,
    fromProject: 'yes',
    help: 'how long a file that fal has is not uploaded again; 0 for this run alone',
  },
  {
    name: 'yes',
    short: 'y',
    group: MONEY,
    fromProject: 'trusted',
    settableIn: ['project', 'user'],
    help: 'do not ask before sending',
  },
  ...reworded('max-cost', { help: 'what this run may spend; it stops there, and goes on when run again' }),
  ...EDIT_FLAGS.filter(({ name }) => name === 'daily-cap'),
  {
    name: 'max-jobs',
    value: '<n>',
    group: MONEY,
    fromProject: 'stricter',
    help: 'rows that this run may send',
  },
  {
    name: 'max-failures',
    value: '<n|n%>',
    group: MONEY,
    fromProject: 'stricter',
    help: 'stop sending after so many have failed',
  },
  {
    name: 'retry',
    value: '<temporary|all|none>',
    group: MONEY,
    fromProject: 'trusted',
    help: 'rows that failed in earlier runs: those where it can help (default), all, none',
  },
  { name: 'retry-failed', group: MONEY, fromProject: 'trusted', help: 'the same as --retry all' },
  ...reworded('again', { help: 'pay once more for rows that fal has or may have' }),
  {
    name: 'frozen',
    group: MONEY,
    fromProject: 'stricter',
    help: 'send nothing: fail where a row is not done already',
  },
  {
    name: 'rebuild',
    group: MONEY,
    fromProject: 'trusted',
    help: 'make a lost ledger anew from results.jsonl and the pictures; send nothing',
  },
  { name: 'submit-only', group: LATER, fromProject: 'yes', help: 'send, and leave; fetch with --collect' },
  ...reworded('detach', { group: LATER, hidden: true, help: 'the same as --submit-only' }),
  {
    name: 'collect',
    group: LATER,
    fromProject: 'yes',
    help: 'fetch what was sent, from the out-dir alone; send nothing',
  },
  {
    name: 'settle',
    value: '<10m>',
    group: LATER,
    fromProject: 'trusted',
    help: 'how long fal may take to list a request; 10m if not given',
  },
  ...reworded('dry-run', { help: 'show the rows, uploads and cost; send nothing' }),
  { name: 'events', group: RUN, fromProject: 'yes', help: 'a JSON object on stdout for all that happens' },
  ...EDIT_FLAGS.filter(({ group, name }) => group === RUN && !ANEW.includes(name)),
];

export const BATCH_EXCLUSIVE: ExclusiveFlags = [
  ...EDIT_EXCLUSIVE,
  ['retry', 'retry-failed'],
  ['submit-only', 'collect'],
  ['detach', 'collect'],
  ['frozen', 'collect'],
  ['dry-run', 'collect'],
  ['frozen', 'submit-only'],
  ...(['again', 'collect', 'dry-run', 'frozen', 'submit-only', 'detach'] as const).map(
    (other) => ['rebuild', other] as const,
  ),
  ['json', 'events'],
];

/** Flags of `fal-edit batch merge`. */
export const MERGE_FLAGS: readonly Flag[] = BATCH_FLAGS.filter(({ name }) =>
  [
    'out-dir',
    'junit',
    'no-report',
    'trust-project',
    'json',
    'quiet',
    'verbose',
    'debug',
    'no-color',
  ].includes(name),
);
