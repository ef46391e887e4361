/* The flags of many edits: of a batch, and of a comparison and a sweep, which create batches themselves. */
import type { EditingFlag } from '../flag.js';
import { OPEN_FLAG, SETTLE_FLAG } from './common.js';

/** The models that compare takes by default. */
export const DEFAULT_MODELS = 'flux-general,flux-2-lora';

const MANY = { batch: {}, compare: {}, sweep: {} } as const;
const STUDIES = { compare: {}, sweep: {} } as const;

const ROWS_FLAGS = [
  {
    name: 'models',
    value: '<a,b>',
    group: 'What to compare',
    fromProject: 'yes',
    help: `two or more (default ${DEFAULT_MODELS})`,
    in: { compare: {} },
  },
  {
    name: 'vary',
    value: '<name=values>',
    group: 'What to vary',
    repeatable: true,
    fromProject: 'trusted',
    help: 'an axis: name=a,b,c or name=from..to:step or name=@file; repeatable',
    in: { sweep: {} },
  },
  {
    name: 'seeds',
    value: '<n>',
    group: 'What to compare',
    fromProject: 'yes',
    help: 'edits of each, with different seeds (default 1)',
    in: {
      compare: {},
      sweep: { group: 'What to vary', help: 'seeds for each setting, from --seed up (default 1)' },
    },
  },
  {
    name: 'best',
    value: '<bound>',
    group: 'What to vary',
    repeatable: true,
    fromProject: 'yes',
    help: 'name the setting nearest to a bound such as max-change=0.4, and its command; repeatable: all hold',
    in: { sweep: {} },
  },
  {
    name: 'recursive',
    short: 'r',
    group: 'What to edit',
    fromProject: 'yes',
    help: 'include subfolders',
    in: { batch: {}, compare: { group: 'What to compare' }, sweep: { group: 'What to vary' } },
  },
  {
    name: 'input-format',
    value: '<jsonl|csv|yaml>',
    group: 'What to edit',
    fromProject: 'yes',
    help: 'format of the manifest, if its name does not say',
    in: { batch: {} },
  },
  {
    name: 'skip-invalid',
    group: 'What to edit',
    fromProject: 'yes',
    help: 'skip rows that have problems',
    in: { batch: {} },
  },
  {
    name: 'allow-outside',
    group: 'What to edit',
    fromProject: 'trusted',
    // Command line only: a user who types it has seen the manifest.
    settableIn: [],
    help: "let rows name prompt files and weights outside the manifest's folder",
    in: { batch: {}, sweep: {} },
  },
  {
    name: 'shard',
    value: '<i/n>',
    group: 'What to edit',
    fromProject: 'yes',
    help: 'edit only part i of n, e.g. 2/8; always the same rows',
    in: { batch: {}, compare: { group: 'What to compare', help: 'edit only part i of n; see batch merge' } },
  },
] as const satisfies readonly EditingFlag[];

const FOLDER_FLAGS = [
  {
    name: 'out-dir',
    short: 'd',
    value: '<folder>',
    group: 'Output',
    fromProject: 'inside-folder',
    help: 'batch folder: pictures, ledger, results (default <manifest>.out)',
    in: {
      batch: {},
      'batch merge': { help: 'the folder to put the parts into' },
      compare: { help: 'folder for pictures, figures and page (default compare.out)' },
      sweep: { help: 'folder for pictures, ledger, page and sheets (default sweep.out)' },
    },
  },
  {
    name: 'expect',
    value: '<name=value>',
    group: 'Output',
    repeatable: true,
    fromProject: 'yes',
    help: 'require of every result: min_width, max_bytes, format, max_change, min_change, not_blank; repeatable',
    in: { batch: {} },
  },
  {
    name: 'junit',
    value: '<file>',
    group: 'Output',
    fromProject: 'trusted',
    help: 'also write a JUnit report',
    in: { batch: {}, 'batch merge': {}, compare: {} },
  },
  {
    name: 'no-report',
    group: 'Output',
    fromProject: 'yes',
    help: 'do not write report.html',
    in: { batch: {}, 'batch merge': {} },
  },
  { ...OPEN_FLAG, in: STUDIES },
  {
    name: 'preview',
    group: 'Display',
    fromProject: 'yes',
    help: 'show input and results in the terminal, if it can',
    in: STUDIES,
  },
] as const satisfies readonly EditingFlag[];

const PACE_FLAGS = [
  {
    name: 'concurrency',
    value: '<n>',
    group: 'Speed',
    fromProject: 'yes',
    help: 'edits running at fal at once (default 10)',
    in: MANY,
  },
  {
    name: 'rate',
    value: '<n/s>',
    group: 'Speed',
    fromProject: 'yes',
    help: 'submit no faster than this, e.g. 5/s, 30/m, 1000/h',
    in: MANY,
  },
  {
    name: 'uploads',
    value: '<n>',
    group: 'Speed',
    fromProject: 'yes',
    help: 'uploads at once (default 4)',
    in: MANY,
  },
  {
    name: 'downloads',
    value: '<n>',
    group: 'Speed',
    fromProject: 'yes',
    help: 'downloads at once (default 8)',
    in: MANY,
  },
  {
    name: 'priority',
    value: '<normal|low>',
    group: 'Speed',
    fromProject: 'yes',
    help: "priority in fal's queue",
    in: MANY,
  },
  {
    name: 'reuse-uploads',
    value: '<duration>',
    group: 'Speed',
    fromProject: 'yes',
    help: 'reuse uploads younger than this (default 24h; 0: this run only)',
    in: MANY,
  },
] as const satisfies readonly EditingFlag[];

const BUDGET_FLAGS = [
  {
    name: 'yes',
    short: 'y',
    group: 'Cost',
    fromProject: 'trusted',
    settableIn: ['project', 'user'],
    help: 'do not ask before sending',
    in: MANY,
  },
  {
    name: 'max-jobs',
    value: '<n>',
    group: 'Cost',
    fromProject: 'stricter',
    help: 'send at most this many rows in this run',
    in: MANY,
  },
  {
    name: 'max-failures',
    value: '<n|n%>',
    group: 'Cost',
    fromProject: 'stricter',
    help: 'stop sending after this many failures',
    in: MANY,
  },
  {
    name: 'retry',
    value: '<temporary|all|none>',
    group: 'Cost',
    fromProject: 'trusted',
    help: 'which rows that failed in earlier runs to send again (default temporary: those where it can help)',
    in: MANY,
  },
  {
    name: 'retry-failed',
    group: 'Cost',
    fromProject: 'trusted',
    help: 'the same as --retry all',
    in: MANY,
  },
  {
    name: 'frozen',
    group: 'Cost',
    fromProject: 'stricter',
    help: 'send nothing; fail if a row is not done yet',
    in: { batch: {}, sweep: {} },
  },
  {
    name: 'rebuild',
    group: 'Cost',
    fromProject: 'trusted',
    help: 'rebuild a lost ledger from results.jsonl and the pictures; send nothing',
    in: MANY,
  },
  {
    name: 'submit-only',
    group: 'Sending now, fetching later',
    fromProject: 'yes',
    help: 'send and exit; fetch with --collect',
    in: { batch: {} },
  },
  {
    name: 'collect',
    group: 'Sending now, fetching later',
    fromProject: 'yes',
    help: 'fetch what was sent; needs only the batch folder, sends nothing',
    in: { batch: {} },
  },
  { ...SETTLE_FLAG, group: 'Sending now, fetching later', in: MANY },
  {
    name: 'events',
    group: 'General',
    fromProject: 'yes',
    help: 'print one JSON object per event on stdout',
    in: MANY,
  },
] as const satisfies readonly EditingFlag[];

export const FLAGS_OF_MANY_EDITS = [
  ...ROWS_FLAGS,
  ...FOLDER_FLAGS,
  ...PACE_FLAGS,
  ...BUDGET_FLAGS,
] as const satisfies readonly EditingFlag[];
