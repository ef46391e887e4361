import path from 'node:path';
import { readResult, shapeWarnings } from '../../edit/pictures/answered.js';
import { notesOf } from '../../edit/plan/attachments.js';
import { FINGERPRINT_VERSION } from '../../edit/plan/fingerprint.js';
import { gradeOf } from '../../edit/record.js';
import type { FalEditError } from '../../errors/error.js';
import { ENDED, type RowWithJob } from '../../ledger/batch/states.js';
import { differences, formatOfExtension } from '../../images/received.js';
import { otherFileText } from '../../images/result-file.js';
import type { Job } from '../../ledger/job.js';
import { keptPath } from '../../ledger/rows.js';
import type { EditOutput } from '../../models/model.js';
import { modelOfJob } from '../../models/registry.js';
import type { PlannedRow } from '../rows/planned-row.js';
import { BATCH_SCHEMA_VERSION, type Measured, type ResultImage, type ResultRow } from '../rows/result-row.js';

/**
 * A row with its result, from the ledger only, so that later runs report the same.
 *
 * @param outDir absolute
 * @param error the row's failure in this run, if more detailed than the ledger's
 */
export function resultOf(row: RowWithJob, outDir: string, error?: FalEditError): ResultRow {
  const { job, state } = row;
  const plan = row.plan as PlannedRow;
  const model = modelOfJob({ endpoint: row.endpoint, schemaHash: job?.schemaHash ?? plan.schemaHash });
  // The schema may be gone, but not the input.
  const takesSeed = model.fields.seed !== undefined || 'seed' in (job?.input ?? plan.input);
  const output = job?.result === undefined ? undefined : readResult(model, job.result, job.input);
  // A job can also end while its row stays open; that end is not reported.
  const endedAt = ENDED.includes(state) ? job?.endedAt : undefined;
  return {
    schema_version: BATCH_SCHEMA_VERSION,
    key: row.key,
    job: job?.id ?? null,
    fingerprint: FINGERPRINT_VERSION,
    id: row.id ?? null,
    place: { file: row.file, line: row.line },
    state,
    sandbox: row.sandbox,
    attempt: row.attempts,
    model: model.name,
    endpoint: model.endpoint,
    request_id: job?.requestId ?? null,
    prompt: plan.prompt,
    seed: takesSeed ? (job?.seed ?? plan.seed) : null,
    inputs: plan.inputs,
    images: imagesOf(job, output, outDir),
    cost: {
      ...estimateOf(row),
      billed_units: job?.billedUnits ?? null,
      unit_price_usd: job?.unitPriceUsd ?? null,
      billed_usd: job?.billedUsd ?? null,
    },
    timings: timingsOf(job, endedAt),
    expectations: (row.measured as Measured[] | undefined) ?? [],
    warnings: [...plan.warnings, ...differencesOf(job, output, plan)],
    notes: [...notesOf(plan.attachments), ...(plan.fieldNotes ?? []), ...remarksOf(job)],
    error: errorOf(row, error),
    finished_at: endedAt === undefined ? null : new Date(endedAt).toISOString(),
  };
}

/** The estimate of the row's job once it has one: the cost assumed for a row may have changed meanwhile. */
function estimateOf({ job, usd, costGrade }: RowWithJob): Pick<ResultRow['cost'], 'estimated_usd' | 'grade'> {
  const grade = job === undefined ? null : gradeOf(job);
  if (job !== undefined && grade !== null) return { estimated_usd: job.estimatedUsd ?? null, grade };
  return { estimated_usd: costGrade === 'unknown' ? null : usd, grade: costGrade };
}

function timingsOf(job: Job | undefined, endedAt: number | undefined): ResultRow['timings'] {
  const { queuedMs, inferenceMs, intentAt } = job ?? {};
  const isOver = intentAt !== undefined && endedAt !== undefined;
  return {
    queued_ms: queuedMs ?? null,
    inference_ms: inferenceMs ?? null,
    // The clock may have been set back meanwhile.
    total_ms: isOver ? Math.max(0, endedAt - intentAt) : null,
  };
}

/** Pictures of a job. fal's answer says which were blanked, by index. */
function imagesOf(job: Job | undefined, output: EditOutput | undefined, outDir: string): ResultImage[] {
  if (job === undefined) return [];
  return job.images.map(
    ({ index, path: file, field, width, height, contentType, bytes, sha256, receivedSha256 }) => ({
      path: file === undefined ? null : keptPath(file, outDir).replaceAll(path.sep, '/'),
      field: field ?? null,
      width: width ?? null,
      height: height ?? null,
      content_type: contentType ?? null,
      bytes: bytes ?? null,
      sha256: sha256 ?? null,
      received_sha256: receivedSha256 ?? null,
      nsfw: output?.images[index]?.nsfw ?? null,
    }),
  );
}

/** Steps of finishing that were left out, and differences between the pictures and the request. Computed from stored data, so that later runs report them too. */
function differencesOf(
  job: Job | undefined,
  output: EditOutput | undefined,
  { delivery }: PlannedRow,
): string[] {
  if (job === undefined) return [];
  const left = job.images.flatMap(({ warnings = [] }) => warnings);
  if (output === undefined) return left;
  const wanted = formatOfExtension(delivery.ext);
  const found = job.images.flatMap(({ index, path: file, field, contentType, width, height }) => {
    if (file === undefined || contentType === undefined || width === undefined || height === undefined)
      return [];
    const received = { file: path.basename(file), contentType, width, height };
    return differences(received, output.images[index] ?? {}, field === undefined ? wanted : undefined);
  });
  return [...shapeWarnings(output), ...left, ...found];
}

/** Remarks on files that are no pictures of pixels. */
function remarksOf(job: Job | undefined): string[] {
  return (job?.images ?? []).flatMap(({ path: file, ...facts }) =>
    file === undefined ? [] : (otherFileText(path.basename(file), facts) ?? []),
  );
}

/** On the sandbox nothing is ever charged. */
function errorOf(row: RowWithJob, error: FalEditError | undefined): ResultRow['error'] {
  const known = knownError(row, error);
  return known === null || !row.sandbox ? known : { ...known, charged: 'no' };
}

function knownError(
  { state, job, measured }: RowWithJob,
  error: FalEditError | undefined,
): ResultRow['error'] {
  if (state === 'unmet') return unmetError(measured as Measured[]);
  if (error !== undefined) {
    const { kind, message, hint, charged } = error;
    return { kind, message, hint: hint ?? null, charged };
  }
  if (job?.error === undefined || state === 'done') return null;
  return { ...pick(job.error), hint: null, charged: job.charged };
}

function pick({
  kind,
  message,
}: NonNullable<Job['error']>): Pick<NonNullable<Job['error']>, 'kind' | 'message'> {
  return { kind, message };
}

function unmetError(measured: readonly Measured[]): ResultRow['error'] {
  const misses = measured.filter(({ met }) => !met);
  const words = misses.map(
    ({ expectation, wanted, found }) =>
      `expected ${expectation} ${String(wanted)}, ${found === null ? 'but it could not be measured' : `found ${String(found)}`}`,
  );
  return { kind: 'expectation', message: `${words.join('; ')}.`, hint: null, charged: 'yes' };
}
