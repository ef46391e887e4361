import type { Job } from './queue/job.js';
import type { StoredUpload } from './storage/storage.js';
import type { Role } from './faults/toxics.js';

export interface AcceptedRow {
  request_id: string;
  /** Hash of the request: the same for two submits of one edit. */
  job: string;
  /** Full endpoint id of the submit. */
  endpoint: string;
  input: unknown;
  state: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
  accepted_at: string;
  completed_at: string | null;
  /** Null until the job is over. */
  billable_units: number | null;
  /** USD; null until the job is over. */
  charged_usd: number | null;
  headers: { lifecycle: string | null; priority: string | null };
}

export interface SandboxLedger {
  /** Every accepted submit, in order: the same POST twice is two rows. */
  accepted: AcceptedRow[];
  /** Number of charged submits: all but those cancelled before they ran. */
  charges: number;
  /** Number of accepted submits, by job. */
  jobs: Record<string, number>;
  /** Number of accepted submits after the first of their job: edits that were paid for again. */
  duplicates: number;
  uploads: StoredUpload[];
  /** Every request outside `/__sandbox/`, in total and by role ("other": without a role). */
  requests: { total: number; by_role: Partial<Record<Role | 'other', number>> };
  /** Requests that no route handles: any of them in a test is a bug. */
  unhandled: { method: string; url: string }[];
}

/** Counts the requests that reach the sandbox, and joins the records of jobs and uploads with them. */
export class Ledger {
  readonly #counts: Partial<Record<Role | 'other', number>> = {};
  readonly #unhandled: { method: string; url: string }[] = [];
  #total = 0;

  /** Counts one request. */
  count(role: Role | 'other'): void {
    this.#total += 1;
    this.#counts[role] = (this.#counts[role] ?? 0) + 1;
  }

  /** Records and counts a request that no route handles. */
  miss(method: string, url: string): void {
    this.count('other');
    this.#unhandled.push({ method, url });
  }

  /** The whole record as plain JSON data. */
  read(jobs: readonly Job[], uploads: StoredUpload[]): SandboxLedger {
    const accepted = jobs.map(acceptedRow);
    const byJob: Record<string, number> = {};
    for (const { job } of accepted) byJob[job] = (byJob[job] ?? 0) + 1;
    return {
      accepted,
      charges: accepted.filter((one) => one.state !== 'cancelled').length,
      jobs: byJob,
      duplicates: accepted.length - Object.keys(byJob).length,
      uploads,
      requests: { total: this.#total, by_role: { ...this.#counts } },
      unhandled: [...this.#unhandled],
    };
  }
}

function stateOf(job: Job): AcceptedRow['state'] {
  if (job.state === 'IN_QUEUE') return 'queued';
  if (job.state === 'IN_PROGRESS') return 'running';
  if (job.cancelledInQueue) return 'cancelled';
  return (job.answer?.status ?? 500) < 400 ? 'completed' : 'failed';
}

function acceptedRow(job: Job): AcceptedRow {
  const units = job.answer?.billableUnits ?? null;
  return {
    request_id: job.id,
    job: job.key,
    endpoint: job.endpoint,
    input: job.input,
    state: stateOf(job),
    accepted_at: new Date(job.acceptedAt).toISOString(),
    completed_at: job.completedAt === undefined ? null : new Date(job.completedAt).toISOString(),
    billable_units: units,
    charged_usd: units === null ? null : Number((units * job.unitPrice).toFixed(6)),
    headers: { lifecycle: job.lifecycle, priority: job.priority },
  };
}
