import path from 'node:path';
import type { EditingName, EditingSettings } from '../flags/editing.js';
import type { Context } from '../../context.js';
import { readExpectations, type Expectations } from '../../batch/expect/expectations.js';
import type { Shard } from '../../batch/rows/identity.js';
import { MANIFEST_FORMATS, type ManifestFormat } from '../../batch/manifest/open.js';
import type { Rate } from '../../batch/run/pace.js';
import { RETRY_POLICIES, type RetryPolicy } from '../../batch/run/retry.js';
import { usageError } from '../../errors/error.js';
import { readAssumedUsd, readDollars, readTimeout } from '../limits.js';
import { flagReader } from './flag-reader.js';

/** Typed flags of the batch itself, without those of its rows. */
export interface BatchOptions {
  recursive: boolean;
  format: ManifestFormat | undefined;
  skipInvalid: boolean;
  /** Rows may name prompt files and weights in any folder. */
  allowOutside: boolean;
  shard: Shard | undefined;
  expectations: Expectations;
  /** Absolute; undefined: the default for the manifest. */
  outDir: string | undefined;
  /** Absolute. */
  junit: string | undefined;
  report: boolean;
  concurrency: number;
  rate: Rate | undefined;
  uploads: number;
  downloads: number;
  priority: 'normal' | 'low' | undefined;
  /** Milliseconds. */
  reuseUploadsMs: number;
  yes: boolean;
  maxCostUsd: number | undefined;
  dailyCapUsd: number | undefined;
  /** The cost of an edit whose price is unknown, in dollars. */
  assumedUsd: number | undefined;
  maxJobs: number | undefined;
  /** A number, or a percentage of the rows that the run sends. */
  maxFailures: { count: number } | { percent: number } | undefined;
  retry: RetryPolicy;
  again: boolean;
  frozen: boolean;
  rebuild: boolean;
  submitOnly: boolean;
  collect: boolean;
  settleMs: number;
  timeoutMs: number;
  cancelOnTimeout: boolean;
  dryRun: boolean;
  events: boolean;
}

const DEFAULT_REUSE_MS = 24 * 60 * 60_000;
const DEFAULT_SETTLE_MS = 10 * 60_000;

/** @throws FalEditError (usage) naming the flag, and what is allowed */
export function readBatchOptions(settings: EditingSettings, { cwd }: Pick<Context, 'cwd'>): BatchOptions {
  const { values, origins } = settings;
  const on = (flag: EditingName): boolean => values[flag] === true;
  const read = flagReader(settings);
  const absolute = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : path.resolve(cwd, file);
  if (values['output'] === '-') {
    throw usageError(`${origins['output'] ?? '--output'} - takes one picture; a batch makes several.`);
  }
  const submitOnly = (['submit-only', 'detach'] as const).find(on);
  if (submitOnly !== undefined && on('sandbox')) {
    throw usageError(
      `${origins[submitOnly] ?? `--${submitOnly}`} cannot be used with --sandbox: the built-in sandbox ends with the run.`,
      'Start one with fal-edit sandbox, and set FAL_PROXY_URL to its address.',
    );
  }
  return {
    recursive: on('recursive'),
    format: read.oneOf('input-format', MANIFEST_FORMATS),
    skipInvalid: on('skip-invalid'),
    allowOutside: on('allow-outside'),
    shard: read.shard('shard'),
    expectations: readExpectations(values['expect'], origins['expect'] ?? '--expect'),
    outDir: absolute(read.text('out-dir')),
    junit: absolute(read.text('junit')),
    report: !on('no-report'),
    concurrency: read.whole('concurrency', 1, 10_000) ?? 10,
    rate: read.rate('rate'),
    uploads: read.whole('uploads', 1, 100) ?? 4,
    downloads: read.whole('downloads', 1, 100) ?? 8,
    priority: read.oneOf('priority', ['normal', 'low'] as const),
    reuseUploadsMs: read.duration('reuse-uploads') ?? DEFAULT_REUSE_MS,
    yes: on('yes'),
    maxCostUsd: readDollars(settings, 'max-cost'),
    dailyCapUsd: readDollars(settings, 'daily-cap'),
    assumedUsd: readAssumedUsd(settings),
    maxJobs: read.whole('max-jobs', 0, 100_000_000),
    maxFailures: read.failures('max-failures'),
    retry: on('retry-failed') ? 'all' : (read.oneOf('retry', RETRY_POLICIES) ?? 'temporary'),
    again: on('again'),
    frozen: on('frozen'),
    rebuild: on('rebuild'),
    submitOnly: submitOnly !== undefined,
    collect: on('collect'),
    settleMs: read.duration('settle') ?? DEFAULT_SETTLE_MS,
    timeoutMs: readTimeout(settings),
    cancelOnTimeout: on('cancel-on-timeout'),
    dryRun: on('dry-run'),
    events: on('events'),
  };
}
