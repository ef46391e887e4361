import path from 'node:path';
import { pathOf } from '../../edit/plan/output.js';
import type { EditPlan } from '../../edit/plan/plan.js';
import type { EditRecord } from '../../edit/record.js';
import type { Estimate } from '../../edit/plan/estimate.js';
import type { FalEditError } from '../../errors/error.js';
import type { Model } from '../../models/model.js';

/** Version of every JSON document that the program prints. */
export const SCHEMA_VERSION = 1;

/** The document of an edit, done or failed midway: the contract's `--json`. */
export function editDocument(record: EditRecord, cwd: string, error?: FalEditError): Record<string, unknown> {
  const { cost, timings } = record;
  return {
    schema_version: SCHEMA_VERSION,
    status: error === undefined ? 'ok' : 'error',
    sandbox: record.sandbox,
    ...(error === undefined ? {} : { error: errorObject(error, record.sandbox) }),
    model: record.model,
    endpoint: record.endpoint,
    request_id: record.requestId,
    job: record.job,
    state: record.state,
    prompt: record.prompt,
    seed: record.seed,
    input: record.input,
    images: record.images.map((image) => ({
      path: image.path === null ? null : shortPath(image.path, cwd),
      field: image.field,
      width: image.width,
      height: image.height,
      content_type: image.contentType,
      bytes: image.bytes,
      sha256: image.sha256,
      received_sha256: image.receivedSha256,
      nsfw: image.nsfw,
    })),
    cost: {
      estimated_usd: cost.estimatedUsd,
      grade: cost.grade,
      billed_units: cost.billedUnits,
      unit_price_usd: cost.unitPriceUsd,
      // The amount that fal would charge: the units at their price.
      billed_usd: record.sandbox ? 0 : cost.billedUsd,
    },
    timings: {
      queued_ms: timings.queuedMs,
      inference_ms: timings.inferenceMs,
      total_ms: timings.totalMs,
    },
    warnings: record.warnings,
    notes: record.notes,
  };
}

/** The document of a dry run: the same shape, with uploads and the basis of the estimate. */
export function dryRunDocument(
  plan: EditPlan,
  record: EditRecord,
  estimate: Estimate,
  cwd: string,
): Record<string, unknown> {
  const outputs = Array.from({ length: plan.numImages }, (_, index) =>
    plan.output.kind === 'stream' ? '-' : shortPath(pathOf(plan.output, index, '{request_id}'), cwd),
  );
  return {
    ...editDocument(record, cwd),
    dry_run: true,
    uploads: plan.attachments.flatMap(({ flag, label, upload, size, converted }) =>
      upload === undefined
        ? []
        : [
            {
              flag,
              file: label,
              bytes: upload.bytes,
              content_type: upload.contentType,
              width: size?.width ?? null,
              height: size?.height ?? null,
              sha256: upload.sha256,
              converted: converted ?? null,
            },
          ],
    ),
    outputs,
    schema: schemaObject(plan.model),
    estimate: {
      usd: estimate.usd ?? null,
      grade: estimate.grade,
      unknown: estimate.unknown ?? null,
      units: estimate.units ?? null,
      unit: estimate.unit ?? null,
      unit_price_usd: estimate.unitUsd ?? null,
      price_date: estimate.priceDate ?? null,
      price_source: estimate.priceSource ?? null,
      assumptions: estimate.assumptions,
    },
  };
}

function schemaObject({ schema }: Model): Record<string, unknown> | null {
  if (schema === undefined) return null;
  const { hash, readAt, origin } = schema;
  return { hash, read_at: new Date(readAt).toISOString(), origin };
}

/** The document of a run that failed before its edit began. @param sandbox as in {@link errorObject} */
export function errorDocument(error: FalEditError, sandbox: boolean): Record<string, unknown> {
  return { schema_version: SCHEMA_VERSION, status: 'error', error: errorObject(error, sandbox) };
}

/** @param sandbox the edit is on the sandbox, which charges nothing */
export function errorObject(error: FalEditError, sandbox: boolean): Record<string, unknown> {
  return {
    kind: error.kind,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.problems === undefined ? {} : { problems: error.problems }),
    ...(error.details === undefined ? {} : { details: error.details }),
    charged: sandbox ? 'no' : error.charged,
  };
}

/** A path for display: relative below the working directory, else absolute. */
export function shortPath(file: string, cwd: string): string {
  if (file === '-') return file;
  const relative = path.relative(cwd, file);
  const isOutside = relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return relative === '' || isOutside ? file : relative;
}
