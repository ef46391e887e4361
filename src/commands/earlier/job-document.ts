import { gradeOf } from '../../edit/record.js';
import { sentSeed, type Job, type JobState } from '../../ledger/job.js';
import { isSandbox } from '../../ledger/spending.js';
import { shortPath } from '../edit/document.js';

/** Time since an edit was sent or planned, in milliseconds. Never negative, even if the clock was set back. */
export function ageOf({ intentAt, plannedAt }: Pick<Job, 'intentAt' | 'plannedAt'>, now: number): number {
  return Math.max(0, now - (intentAt ?? plannedAt));
}

/**
 * A job for JSON documents, without its input and result, which are large.
 *
 * @param state as displayed (job-state.ts)
 */
export function jobDocument(job: Job, state: JobState, now: number, cwd: string): Record<string, unknown> {
  return {
    job: job.id,
    request_id: job.requestId ?? null,
    state,
    model: job.model,
    endpoint: job.endpoint,
    schema_hash: job.schemaHash ?? null,
    prompt: job.prompt,
    seed: sentSeed(job),
    via: job.via,
    sandbox: isSandbox(job.via),
    cost: {
      estimated_usd: job.estimatedUsd ?? null,
      grade: gradeOf(job),
      billed_units: job.billedUnits ?? null,
      unit_price_usd: job.unitPriceUsd ?? null,
      billed_usd: isSandbox(job.via) ? 0 : (job.billedUsd ?? null),
    },
    charged: isSandbox(job.via) ? 'no' : job.charged,
    planned_at: iso(job.plannedAt),
    intent_at: iso(job.intentAt),
    accepted_at: iso(job.acceptedAt),
    completed_at: iso(job.completedAt),
    ended_at: iso(job.endedAt),
    age_s: Math.floor(ageOf(job, now) / 1000),
    images: job.images.map((image) => ({
      path: image.path === undefined ? null : shortPath(image.path, cwd),
      field: image.field ?? null,
      target: image.target === undefined ? null : shortPath(image.target, cwd),
      width: image.width ?? null,
      height: image.height ?? null,
      content_type: image.contentType ?? null,
      bytes: image.bytes ?? null,
      sha256: image.sha256 ?? null,
      received_sha256: image.receivedSha256 ?? null,
    })),
    duplicate_of: job.duplicateOf ?? null,
    error: job.error ?? null,
  };
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
