import type { Context } from '../context.js';
import { inputError, type FalEditError } from '../errors/error.js';
import type { Database } from './database.js';
import { isAwaited, type Job, type JobState, type NewJob } from './job.js';
import { jobOf, type ImageRow, type JobRow } from './rows.js';
import { ON_SANDBOX, SANDBOX } from './spending.js';

/** The parts of the context that the ledger needs. */
export type LedgerContext = Pick<Context, 'now' | 'sleep' | 'self' | 'isRunning' | 'secrets'>;

/** An open ledger, for reading. */
export interface Records {
  readonly db: Database;
  readonly context: LedgerContext;
  /** Absolute folder that the ledger belongs to; undefined if it belongs to the machine. */
  readonly root: string | undefined;
}

/** An earlier edit of the same command, found so that no other one is sent. */
export type Former =
  /** fal has it, its pictures are not all saved, and no known process is working on it. */
  | { kind: 'awaited'; job: Job }
  /** It may have been sent, and no known process is working on it. */
  | { kind: 'unknown'; job: Job }
  /** Another process is working on it. */
  | { kind: 'busy'; job: Job }
  /** Another process was working on it when this command began, and has finished. */
  | { kind: 'ended'; job: Job };

/** The jobs of a command at one moment, to find those that have ended since. */
export interface Snapshot {
  /** Sequence number of the newest job of the ledger. */
  seq: number;
  /** Ids of the jobs that had not ended. */
  open: readonly string[];
}

/** The only job with this value, if any. */
export function findJob(ledger: Records, column: 'id' | 'request_id', value: string): Job | undefined {
  // Redacted as when it was stored: a server posing as fal may put anything into its request ids.
  const stored = column === 'id' ? value : ledger.db.secrets.redact(value);
  const row = ledger.db.row(`SELECT * FROM jobs WHERE ${column} = ?`, stored) as JobRow | undefined;
  return row === undefined ? undefined : withImages(ledger, row);
}

/** Identity of an edit, to recognise repeats of it. */
export type Wanted = Pick<NewJob, 'askedHash' | 'earlierHash' | 'via' | 'detached'>;

/**
 * Finds the newest run of the same command that this one may continue. Ignores detached ones: sending three times with
 * --detach means three edits. The built-in sandbox never has one, since it ends with its run.
 *
 * @param since the beginning of this command; if given, jobs that ended after it count too
 */
export function findFormer(ledger: Records, wanted: Wanted, since?: Snapshot): Former | undefined {
  if (wanted.via === SANDBOX) return undefined;
  const open = openJobs(ledger, wanted);
  const isFree = (job: Job): boolean => isAbandoned(ledger, job);
  const shared = wanted.detached ? [] : open.filter(({ detached }) => !detached);
  const awaited = shared.find((job) => isAwaited(job.state) && isFree(job));
  if (awaited !== undefined) return { kind: 'awaited', job: awaited };
  const busy = shared.find((job) => job.state !== 'unknown' && !isFree(job));
  if (busy !== undefined) return { kind: 'busy', job: busy };
  const unknown = open.find((job) => (job.state === 'intent' && isFree(job)) || job.state === 'unknown');
  if (unknown !== undefined) return { kind: 'unknown', job: unknown };
  const ended = since === undefined ? undefined : endedSince(ledger, wanted, since);
  return ended === undefined ? undefined : { kind: 'ended', job: ended };
}

/**
 * Takes a snapshot. Call it before reading anything that may change when a job ends, such as the name of its picture.
 */
export function snapshotOf(ledger: Records, wanted: Wanted): Snapshot {
  const { seq } = ledger.db.row('SELECT coalesce(max(seq), 0) AS seq FROM jobs') as { seq: number };
  return { seq, open: openJobs(ledger, wanted).map(({ id }) => id) };
}

/** Jobs of the same command that were not sent, and that no known process will send. */
export function abandonedPlans(ledger: Records, wanted: Wanted): Job[] {
  return openJobs(ledger, wanted).filter((job) => job.state === 'planned' && isAbandoned(ledger, job));
}

/**
 * The newest job that ended after the snapshot. Excludes jobs that a person stopped before they cost anything: that
 * affected only their own run.
 */
function endedSince(ledger: Records, { askedHash }: Wanted, { seq, open }: Snapshot): Job | undefined {
  const rows = ledger.db.rows(
    `SELECT * FROM jobs WHERE asked_hash = ? AND detached = 0
       AND state IN ('saved', 'rejected', 'failed', 'moderated', 'cancelled') ORDER BY seq DESC`,
    askedHash,
  ) as JobRow[];
  return rows
    .filter((row) => row.seq > seq || open.includes(row.id))
    .map((row) => withImages(ledger, row))
    .find(({ charged, error }) => charged !== 'no' || error?.kind !== 'interrupted');
}

/** States of a job that has not ended. */
const OPEN = "('planned', 'intent', 'accepted', 'completed', 'unknown')";

/** Whether any job of an endpoint has not ended. */
export function hasOpenJobs({ db }: Records, endpoint: string, via: string): boolean {
  const sql = `SELECT 1 FROM jobs WHERE state IN ${OPEN} AND endpoint = ? AND via = ? LIMIT 1`;
  return db.row(sql, endpoint, via) !== undefined;
}

function openJobs(ledger: Records, { askedHash, earlierHash }: Wanted): Job[] {
  const rows = ledger.db.rows(
    `SELECT * FROM jobs WHERE asked_hash IN (?, ?) AND state IN ${OPEN} ORDER BY seq DESC`,
    askedHash,
    earlierHash ?? null,
  ) as JobRow[];
  return rows.map((row) => withImages(ledger, row));
}

/**
 * Whether no known process is working on a job: its process has ended or released it, or cannot be checked from here.
 */
export function isAbandoned({ context }: Records, { owner }: Pick<Job, 'owner'>): boolean {
  return owner === undefined || context.isRunning(owner) !== true;
}

/**
 * Finds the job that a person names: `last`, or the beginning of a request id or of our job id.
 *
 * @param sandbox whether `last` means the last job on the sandbox, or the last one elsewhere
 * @returns undefined if there is none
 * @throws FalEditError (input) if there are several
 */
export function findMeant(ledger: Records, text: string, sandbox: boolean): Job | undefined {
  if (text === 'last') {
    const row = ledger.db.row(
      `SELECT * FROM jobs WHERE ${ON_SANDBOX} = ? ORDER BY seq DESC LIMIT 1`,
      sandbox ? 1 : 0,
    ) as JobRow | undefined;
    return row === undefined ? undefined : withImages(ledger, row);
  }
  if (text === '') return undefined;
  const exact = findJob(ledger, 'request_id', text) ?? findJob(ledger, 'id', text);
  if (exact !== undefined) return exact;
  const end = `${text}\u{10ffff}`;
  const rows = ledger.db.rows(
    `SELECT * FROM jobs WHERE request_id >= ?1 AND request_id < ?2
       UNION SELECT * FROM jobs WHERE id >= ?1 AND id < ?2 ORDER BY seq DESC LIMIT 4`,
    text,
    end,
  ) as JobRow[];
  if (rows.length > 1) throw ambiguous(text, rows);
  return rows[0] === undefined ? undefined : withImages(ledger, rows[0]);
}

function ambiguous(text: string, rows: readonly JobRow[]): FalEditError {
  const names = rows
    .slice(0, 3)
    .map(({ request_id: requestId, id }) => (requestId?.startsWith(text) === true ? requestId : id));
  const more = rows.length > 3 ? ' and more' : '';
  return inputError(`"${text}" matches several: ${names.join(', ')}${more}.`, {
    hint: 'Give more characters.',
    details: { candidates: names },
  });
}

/** Filter for listing jobs; without it, all are listed. */
export interface JobFilter {
  states?: readonly JobState[] | undefined;
  /** Earliest planning time, in milliseconds since the epoch. */
  since?: number | undefined;
  /** Names of models, any of which will do. */
  models?: readonly string[] | undefined;
  /** Most jobs to list. */
  limit?: number | undefined;
}

/** All columns except large ones that no list displays. */
const LISTED = [
  ...['seq', 'id', 'state', 'model', 'endpoint', 'via', 'request_id', 'prompt', 'seed', 'detached'],
  ...[
    'duplicate_of',
    'estimated_usd',
    'cost_grade',
    'unit_price_usd',
    'billed_units',
    'billed_usd',
    'charged',
    'owner',
  ],
  ...['planned_at', 'intent_at', 'accepted_at', 'completed_at', 'ended_at', 'cancel_requested_at', 'error'],
  ...['queued_ms', 'inference_ms', 'schema_hash'],
];

/** Lists the jobs that match the filter, newest first, without the large columns: input, uploads and result. */
export function listJobs(ledger: Records, { states, since, models, limit }: JobFilter = {}): Job[] {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  if (states !== undefined) {
    conditions.push(`state IN (${states.map(() => '?').join(', ')})`);
    values.push(...states);
  }
  if (since !== undefined) {
    conditions.push('planned_at >= ?');
    values.push(since);
  }
  if (models !== undefined) {
    conditions.push(`model IN (${models.map(() => '?').join(', ')})`);
    values.push(...models);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = ledger.db.rows(
    `SELECT ${LISTED.join(', ')} FROM jobs ${where}
       ORDER BY seq DESC ${limit === undefined ? '' : 'LIMIT ?'}`,
    ...values,
    ...(limit === undefined ? [] : [limit]),
  ) as JobRow[];
  return withAllImages(ledger, rows);
}

/** The schemas that jobs were requested with, each once. */
export function schemasOf(ledger: Records): { endpoint: string; schemaHash: string }[] {
  return ledger.db.rows(
    'SELECT DISTINCT endpoint, schema_hash AS schemaHash FROM jobs WHERE schema_hash IS NOT NULL',
  ) as { endpoint: string; schemaHash: string }[];
}

/** Unfinished jobs that no known process is working on, oldest first, with all columns. */
export function abandonedJobs(ledger: Records, states: readonly JobState[]): Job[] {
  const rows = ledger.db.rows(
    `SELECT * FROM jobs WHERE state IN (${states.map(() => '?').join(', ')}) ORDER BY seq`,
    ...states,
  ) as JobRow[];
  return withAllImages(ledger, rows).filter((job) => isAbandoned(ledger, job));
}

/** Most jobs in one query for pictures: SQLite limits the number of parameters to a few tens of thousands. */
const AT_ONCE = 1000;

function withAllImages(ledger: Records, rows: readonly JobRow[]): Job[] {
  const images = new Map<string, ImageRow[]>();
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const ids = rows.slice(from, from + AT_ONCE).map(({ id }) => id);
    const found = ledger.db.rows(
      `SELECT * FROM images WHERE job_id IN (${ids.map(() => '?').join(', ')}) ORDER BY job_id, position`,
      ...ids,
    ) as (ImageRow & { job_id: string })[];
    for (const image of found) images.set(image.job_id, [...(images.get(image.job_id) ?? []), image]);
  }
  return rows.map((row) => jobOf(row, images.get(row.id) ?? [], ledger.root));
}

function withImages(ledger: Records, row: JobRow): Job {
  const images = ledger.db.rows(
    'SELECT * FROM images WHERE job_id = ? ORDER BY position',
    row.id,
  ) as ImageRow[];
  return jobOf(row, images, ledger.root);
}
