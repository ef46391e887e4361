import { BATCH_EXCLUSIVE, BATCH_FLAGS } from './batch.js';
import type { ExclusiveFlags, Flag } from './flag.js';

const AXES = 'What to vary';
const SHOWN = 'Where it goes';

/** Flags of a batch that a sweep has no use for: it names its pictures itself, and is of one machine. */
const NOT_OF_A_SWEEP = [
  ...['input-format', 'skip-invalid', 'shard', 'image', 'output', 'force', 'expect', 'junit', 'events'],
  ...['submit-only', 'detach', 'collect', 'no-report', 'out-dir'],
];

const REWORDED: Readonly<Record<string, Partial<Flag>>> = {
  recursive: { group: AXES },
  'dry-run': { help: 'show the cells, uploads and cost; send nothing' },
  seed: { help: 'the first seed; 1 if not given' },
};

/** Flags of `fal-edit sweep`. */
export const SWEEP_FLAGS: readonly Flag[] = [
  {
    name: 'vary',
    value: '<name=values>',
    group: AXES,
    repeatable: true,
    fromProject: 'trusted',
    help: 'an axis: name=a,b,c or name=from..to:step or name=@file; repeatable',
  },
  {
    name: 'seeds',
    value: '<1>',
    group: AXES,
    fromProject: 'yes',
    help: 'so many seeds for each setting, from --seed up, or from 1',
  },
  {
    name: 'best',
    value: '<max-change=0.4>',
    group: AXES,
    repeatable: true,
    fromProject: 'yes',
    help: 'name the setting nearest to this bound, and its command; repeatable: all are kept',
  },
  {
    name: 'out-dir',
    short: 'd',
    value: '<folder>',
    group: SHOWN,
    fromProject: 'inside-folder',
    help: 'pictures, ledger, page, sheets; sweep.out if not given',
  },
  { name: 'open', group: SHOWN, fromProject: 'trusted', help: 'open the page when it is there' },
  {
    name: 'preview',
    group: SHOWN,
    fromProject: 'yes',
    help: 'show input and results in the terminal, where it can',
  },
  ...BATCH_FLAGS.filter(({ name }) => !NOT_OF_A_SWEEP.includes(name)).map((flag) => ({
    ...flag,
    ...REWORDED[flag.name],
  })),
];

export const SWEEP_EXCLUSIVE: ExclusiveFlags = BATCH_EXCLUSIVE.filter((pair) =>
  pair.every((name) => SWEEP_FLAGS.some((flag) => flag.name === name)),
);
