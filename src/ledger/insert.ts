import { randomBytes } from 'node:crypto';
import type { Context } from '../context.js';
import type { Database } from './database.js';
import type { Job, NewJob } from './job.js';
import { keptPath } from './portable-path.js';
import { storedColumns } from './rows.js';

/** A request at fal that was not sent by a job of this ledger, or whose answer was lost twice. */
export interface AdoptedRequest
  extends
    Pick<NewJob, 'model' | 'endpoint' | 'via' | 'prompt' | 'seed'>,
    Partial<
      Pick<
        Job,
        'account' | 'duplicateOf' | 'estimatedUsd' | 'unitPriceUsd' | 'delivery' | 'input' | 'intentAt'
      >
    > {
  requestId: string;
}

/** Objects become JSON. */
type Columns = Record<string, unknown>;

/** Writes a job of which nothing is sent yet; returns our id for it. */
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

/** Writes a job that fal has already; returns our id for it. */
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
    // It was not cut short: a run of the same command is another edit.
    detached: 1,
    duplicate_of: request.duplicateOf,
    charged: 'maybe',
    planned_at: now,
    intent_at: request.intentAt,
    accepted_at: now,
    input: request.input,
  });
}

function common(job: NewJob | AdoptedRequest, root: string | undefined): Columns {
  const { delivery } = job;
  return {
    model: job.model,
    endpoint: job.endpoint,
    via: job.via,
    account: job.account,
    prompt: job.prompt,
    seed: job.seed,
    estimated_usd: job.estimatedUsd,
    unit_price_usd: job.unitPriceUsd,
    delivery: delivery === undefined ? null : { ...delivery, cwd: keptPath(delivery.cwd, root) },
  };
}

function insert(db: Database, columns: Columns): string {
  const id = newId();
  const stored = storedColumns({ id, ...columns }, db.secrets);
  const [names, values] = [Object.keys(stored), Object.values(stored)];
  db.run(`INSERT INTO jobs (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`, ...values);
  return id;
}

/** `j` and 55 random bits: short to type, told from fal's hexadecimal ids by its first letter. */
function newId(): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  return `j${[...randomBytes(11)].map((byte) => alphabet[byte & 31]).join('')}`;
}
