import { randomBytes } from 'node:crypto';
import type { Context } from '../context.js';
import type { Database } from './database.js';
import type { Job, JobState, NewJob, StoredOutput } from './job.js';
import { keptPath, storedColumns, storedOutput } from './rows.js';

/** A request at fal that no job of this ledger sent, or whose answer was lost twice. */
export interface AdoptedRequest
  extends
    Pick<NewJob, 'model' | 'endpoint' | 'via' | 'prompt' | 'seed'>,
    Partial<
      Pick<
        Job,
        | ('account' | 'duplicateOf' | 'estimatedUsd' | 'costGrade' | 'unitPriceUsd')
        | ('input' | 'intentAt' | 'schemaHash')
      >
    > {
  requestId: string;
  output?: StoredOutput | undefined;
}

/** Column values; objects become JSON. */
type Columns = Record<string, unknown>;

/** Adds a job before anything is sent; returns our id. */
export function insertPlanned(
  db: Database,
  job: NewJob,
  { now, self }: Pick<Context, 'now' | 'self'>,
  root: string | undefined,
): string {
  return insert(db, {
    ...common(job, root),
    state: 'planned',
    detached: job.detached ? 1 : 0,
    owner: self,
    planned_at: now(),
    asked_hash: job.askedHash,
  });
}

/** Adds a job that fal already has; returns our id. */
export function insertAdopted(
  db: Database,
  request: AdoptedRequest,
  now: number,
  root: string | undefined,
): string {
  return insert(db, {
    ...common(request, root),
    state: 'accepted',
    request_id: request.requestId,
    // It was not interrupted: a run of the same command is another edit.
    detached: 1,
    duplicate_of: request.duplicateOf,
    charged: 'maybe',
    planned_at: now,
    intent_at: request.intentAt,
    accepted_at: now,
    input: request.input,
  });
}

/** A job missing from the ledger, rebuilt from other files. Times are milliseconds since the epoch. */
export interface RebuiltJob extends Pick<
  Job,
  | ('model' | 'endpoint' | 'via' | 'prompt' | 'seed' | 'charged' | 'requestId' | 'input' | 'images')
  | (
      | 'estimatedUsd'
      | 'costGrade'
      | 'unitPriceUsd'
      | 'billedUnits'
      | 'billedUsd'
      | 'queuedMs'
      | 'inferenceMs'
      | 'error'
    )
> {
  /** Our id; a new one is made if undefined. */
  id: string | undefined;
  /** `accepted` if pictures must be fetched again: those without a path. */
  state: Extract<JobState, 'accepted' | 'saved' | 'failed' | 'moderated' | 'unknown'>;
  /** The row's key. */
  askedHash: string;
  output: StoredOutput;
  /** Earliest time that it may have been sent. */
  intentAt: number;
  /** Time when it ended; for an unknown job, the latest time that it may have been sent. */
  endedAt: number;
}

/** Adds a rebuilt job; returns our id. */
export function insertRebuilt(db: Database, job: RebuiltJob, now: number, root: string | undefined): string {
  const { input, error } = job;
  return insert(
    db,
    {
      ...common(job, root),
      state: job.state,
      request_id: job.requestId,
      charged: job.charged,
      billed_units: job.billedUnits,
      billed_usd: job.billedUsd,
      queued_ms: job.queuedMs,
      inference_ms: job.inferenceMs,
      planned_at: now,
      intent_at: job.intentAt,
      accepted_at: job.requestId === undefined ? undefined : job.intentAt,
      ended_at: job.state === 'accepted' ? undefined : job.endedAt,
      asked_hash: job.askedHash,
      // Without `input_hash`: that is of the complete input, which is lost.
      input,
      error: error === undefined ? undefined : JSON.stringify(error),
    },
    job.id,
  );
}

function common(job: NewJob | AdoptedRequest | RebuiltJob, root: string | undefined): Columns {
  const { output } = job;
  return {
    model: job.model,
    endpoint: job.endpoint,
    via: job.via,
    account: 'account' in job ? job.account : undefined,
    prompt: job.prompt,
    seed: job.seed,
    estimated_usd: job.estimatedUsd,
    cost_grade: job.costGrade,
    unit_price_usd: job.unitPriceUsd,
    schema_hash: 'schemaHash' in job ? job.schemaHash : undefined,
    delivery: output === undefined ? null : { ...storedOutput(output), cwd: keptPath(output.cwd, root) },
  };
}

function insert(db: Database, columns: Columns, id = newId()): string {
  const stored = storedColumns({ id, ...columns }, db.secrets);
  const [names, values] = [Object.keys(stored), Object.values(stored)];
  db.run(`INSERT INTO jobs (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`, ...values);
  return id;
}

/** `j` and 55 random bits: short to type, and the first letter distinguishes it from fal's hexadecimal ids. */
function newId(): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  return `j${[...randomBytes(11)].map((byte) => alphabet[byte & 31]).join('')}`;
}
