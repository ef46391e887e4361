/* The calls that make many edits, and their checks. */
import * as z from 'zod';
import type { OnBatchEvent } from '../batch/events.js';
import type { Expectations } from '../batch/expect/expectations.js';
import type { BatchSummary, ResultRow } from '../batch/rows/result-row.js';
import type { RetryPolicy } from '../batch/run/retry.js';
import { usageError, type FalEditError } from '../errors/error.js';
import type { EditRequest, PictureSettings } from '../models/request.js';
import type { Comparison } from '../report/compare/document.js';
import { ACCESS, check, EDIT, flag, number, text, type Access } from './call.js';
import { SCHEMA_OPTIONS, type SchemaOptions } from './models.js';

/** The settings of an edit that a row may have. Those left out are left to fal. */
export interface RowSettings extends Partial<Omit<EditRequest, 'images' | 'set'>>, PictureSettings {
  /** A picture, or a list of up to as many as the model edits together: paths, http(s) URLs or data: URIs. */
  images?: string | string[];
  /** Short name or endpoint id of fal; flux-general if absent. */
  model?: string;
  /** Further fields of the model's own input, by fal's names; checked by the model's schema. */
  set?: Record<string, unknown>;
  /** A path in the batch folder, or a template. */
  output?: string;
  /** Overwrite an existing file. */
  force?: boolean;
  /** Save pictures that the safety checker blanked. */
  keepBlanked?: boolean;
}

/** One edit of a batch. */
export interface BatchRow extends RowSettings {
  /** Your own name for it, in results and reports. */
  id?: string;
  /** Expectations of its result, in addition to those of the batch. */
  expect?: Expectations;
}

/** Options of everything that makes many edits. */
export interface ManyCall extends Omit<Access, 'onEvent'>, SchemaOptions {
  /** Use the built-in local fal: no key, no network, no cost. */
  sandbox?: boolean;
  /** Dollars that this run may spend; Infinity for no limit. Required, except on the sandbox. */
  maxCostUsd?: number;
  /** Dollars that all edits of a local day may cost together, counted from the ledgers. */
  dailyCapUsd?: number;
  /** Dollars that one edit may cost where its price is unknown. Without it such edits are refused. */
  assumeCostUsd?: number;
  /** Edits that this run may send. */
  maxJobs?: number;
  /** Failures after which this run sends no more. */
  maxFailures?: number;
  /** Edits running at fal at once; 10 if absent. */
  concurrency?: number;
  /** Failed rows of earlier runs that are sent again: temporary (default), all or none. */
  retry?: RetryPolicy;
  /** Pay again for rows that were sent before. */
  again?: boolean;
  /** Folder of the pictures, the results and the ledger. Call again with the same folder to continue. */
  outDir?: string;
  /** Called for each step. What it throws is ignored. */
  onEvent?: OnBatchEvent;
}

/** A batch of edits. */
export interface BatchCall extends ManyCall {
  /** A manifest (`.csv`, `.jsonl`, `.yaml`) by its path, or the rows themselves. */
  rows: string | readonly BatchRow[];
  /** Settings of all rows, which a row may replace. A row whose model lacks one is edited without it. */
  defaults?: RowSettings;
  /** Expectations of all results. */
  expect?: Expectations;
  /** Skip rows that have a problem, instead of refusing the batch. */
  skipInvalid?: boolean;
  /** Write report.html into the folder; true if absent. */
  report?: boolean;
}

/** Settings that are compared: everything but the picture, the prompt and the seed. */
export type ComparedSettings = Omit<RowSettings, 'images' | 'prompt' | 'seed' | 'model' | 'output' | 'force'>;

/** A comparison of models on the same pictures. */
export interface CompareCall extends ManyCall {
  /** Pictures: paths, folders, patterns or http(s) URLs. */
  images: string | string[];
  /** One prompt, or several that each picture is edited with. Absent if no model needs one. */
  prompt?: string | string[];
  /** At least two models; flux-general and flux-2-lora if absent. */
  models?: string[];
  /** First seed; 1 if absent. */
  seed?: number;
  /** Number of seeds; 1 if absent. */
  seeds?: number;
  /** Settings of all models. */
  defaults?: ComparedSettings;
  /** Settings of one model only, by its name. */
  settings?: Record<string, ComparedSettings>;
}

/** A batch that ran to its end. */
export interface BatchResult {
  /** As in summary.json. */
  summary: BatchSummary;
  /** All rows of the batch with their results, in the order of the manifest, as in results.jsonl. */
  rows: ResultRow[];
  /** Absolute. */
  outDir: string;
  warnings: string[];
  /** Why not everything was done, e.g. `partial`; null if it was. */
  error: FalEditError | null;
}

/** A comparison that ran to its end. */
export interface CompareResult extends BatchResult {
  /** As in compare.json, without its cells; null if its files could not be written. */
  comparison: Comparison | null;
}

const texts = z.union([text, z.array(text)], { error: 'must be a string, or a list of strings' });
const whole = (min: number, max: number): z.ZodNumber =>
  z
    .int({ error: 'must be a whole number' })
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);

const rowShape = z
  .object({ ...EDIT, images: texts, prompt: text })
  .omit({
    inMemory: true,
    sandbox: true,
    again: true,
    maxCostUsd: true,
    dailyCapUsd: true,
    assumeCostUsd: true,
  })
  .partial();
const rowSchema = z.strictObject({
  ...rowShape.shape,
  ...{ id: text.optional(), expect: z.unknown().optional() },
});
const defaultsSchema = z.strictObject(rowShape.shape);
const comparedSchema = z.strictObject(
  rowShape.omit({ images: true, prompt: true, seed: true, model: true, output: true, force: true }).shape,
);
const expectSchema = z.strictObject(
  z
    .object({
      ...{ minWidth: number, maxBytes: number, maxChange: number, minChange: number },
      ...{ format: EDIT.format, notBlank: flag },
    })
    .partial().shape,
);

const MANY = z
  .object({
    ...ACCESS,
    ...SCHEMA_OPTIONS,
    ...{ sandbox: flag, again: flag, dailyCapUsd: EDIT.dailyCapUsd, outDir: text },
    assumeCostUsd: EDIT.assumeCostUsd,
    maxCostUsd: z.custom<number>(
      (value) => typeof value === 'number' && value >= 0,
      'must be dollars, or Infinity for no limit',
    ),
    maxJobs: whole(0, 100_000_000),
    maxFailures: whole(1, 100_000_000),
    concurrency: whole(1, 10_000),
    retry: z.enum(['temporary', 'all', 'none'], { error: 'must be temporary, all or none' }),
  })
  .partial().shape;

const object = z.custom<object>((value) => typeof value === 'object' && value !== null, 'must be an object');
const rows = z.custom<BatchCall['rows']>(
  (value) => typeof value === 'string' || Array.isArray(value),
  'must be the path of a manifest, or a list of rows',
);

const batchSchema = z.strictObject({
  ...MANY,
  ...{ rows, defaults: object.optional(), expect: object.optional() },
  ...{ skipInvalid: flag.optional(), report: flag.optional() },
});
const compareSchema = z.strictObject({
  ...MANY,
  ...{
    images: texts,
    prompt: texts.optional(),
    models: z.array(text).optional(),
    defaults: object.optional(),
  },
  ...{ seed: whole(0, 2 ** 31 - 1).optional(), seeds: whole(1, 100).optional(), settings: object.optional() },
});

/** @throws FalEditError (usage): an unknown option, a wrong type, or no cap */
export function checkBatch(call: BatchCall): void {
  check(batchSchema, call);
  if (call.defaults !== undefined) check(defaultsSchema, call.defaults, 'defaults');
  if (call.expect !== undefined) check(expectSchema, call.expect, 'expect');
  if (typeof call.rows !== 'string') {
    for (const [index, row] of call.rows.entries()) {
      check(rowSchema, row, `rows[${index}]`);
      if (row.expect !== undefined) check(expectSchema, row.expect, `rows[${index}].expect`);
    }
    if (call.outDir === undefined) throw usageError('outDir is missing: name the folder of the batch.');
  }
  requireCap(call);
}

/** @throws FalEditError (usage): an unknown option, a wrong type, or no cap */
export function checkCompare(call: CompareCall): void {
  check(compareSchema, call);
  if (call.defaults !== undefined) check(comparedSchema, call.defaults, 'defaults');
  for (const [name, own] of Object.entries(call.settings ?? {})) {
    check(comparedSchema, own, `settings.${name}`);
  }
  requireCap(call);
}

/** A loop that sends edits must say how much it may spend, since nobody is asked. */
function requireCap(call: ManyCall): void {
  if (call.sandbox === true || call.maxCostUsd !== undefined) return;
  throw usageError(
    'maxCostUsd is missing: give the dollars that this run may spend, or Infinity for no limit.',
  );
}
