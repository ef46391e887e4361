/*
 * A row has no stored state: it follows from its newest job, or from one that is saved or can still be fetched. So
 * rows and jobs agree even after a kill at any moment.
 */
import type { Database } from '../database.js';
import type { CostGrade, Job } from '../job.js';
import type { Ledger } from '../ledger.js';
import { findJob } from '../lookup.js';
import { isSandbox } from '../spending.js';
import { readWorld } from './notes.js';
import type { BatchRow } from './rows.js';

/**
 * States of a row of a batch. A row is in exactly one of these.
 *
 * - pending: not sent, or sent and provably not accepted
 * - waiting: fal has it, and not all of its pictures are saved
 * - done: its pictures are saved and meet the expectations
 * - unmet: its pictures are saved but do not meet the expectations
 * - failed: it ended without a picture
 * - moderated: the content checker refused it or blanked a picture
 * - unknown: it was sent, and its outcome is unknown
 */
export const ROW_STATES = ['pending', 'waiting', 'done', 'unmet', 'failed', 'moderated', 'unknown'] as const;
export type RowState = (typeof ROW_STATES)[number];

/** A row with the job that decides its state. */
export interface RowWithJob extends BatchRow {
  state: RowState;
  /** Undefined before its first job. */
  job: Job | undefined;
  /** Number of its jobs that may have been sent. */
  attempts: number;
  /** As stored. */
  measured: unknown;
  /** Whether it runs on the sandbox, where nothing is charged. */
  sandbox: boolean;
}

/**
 * The job that decides a row's state: the newest, unless another one is saved or may still be fetched. That one is or
 * may be paid for, and must not be hidden by a later one without a result.
 */
const COUNTING = `coalesce(
  (SELECT max(seq) FROM jobs WHERE asked_hash = r.key AND state = 'saved'),
  (SELECT max(seq) FROM jobs WHERE asked_hash = r.key AND state IN ('accepted', 'completed')),
  (SELECT max(seq) FROM jobs WHERE asked_hash = r.key AND state IN ('intent', 'unknown')),
  (SELECT max(seq) FROM jobs WHERE asked_hash = r.key))`;

/** Rows (`r`) joined with the jobs that decide their states (`j`). */
export const JOINED = `batch_rows AS r LEFT JOIN jobs AS j ON j.seq = ${COUNTING}`;

const STATE = `CASE
  WHEN j.state IS NULL OR j.state = 'planned' THEN 'pending'
  WHEN j.state IN ('intent', 'unknown') THEN 'unknown'
  WHEN j.state IN ('accepted', 'completed') THEN 'waiting'
  WHEN j.state = 'saved' THEN CASE WHEN r.unmet = 1 THEN 'unmet' ELSE 'done' END
  WHEN j.state = 'moderated' THEN 'moderated'
  WHEN j.state = 'cancelled' AND j.charged = 'no' THEN 'pending'
  WHEN j.state = 'rejected' AND j.reason = 'no_such_request' THEN 'pending'
  ELSE 'failed' END`;

interface Found {
  key: string;
  position: number;
  id: string | null;
  file: string;
  line: number | null;
  endpoint: string;
  usd: number;
  cost_grade: CostGrade | null;
  plan: string;
  expected: string | null;
  measured: string | null;
  row_state: RowState;
  job_id: string | null;
  attempts: number;
}

const SELECTED = `SELECT r.key, r.position, r.id, r.file, r.line, r.endpoint, r.usd, r.cost_grade, r.plan, r.expected, r.measured,
  ${STATE} AS row_state, j.id AS job_id,
  (SELECT count(*) FROM jobs WHERE asked_hash = r.key AND intent_at IS NOT NULL) AS attempts
  FROM ${JOINED}`;

/** Number of rows per query. */
const PAGE = 200;

/**
 * Yields the rows of the batch in order, each in its current state. Rows and jobs may change meanwhile.
 *
 * @param states only rows in these states
 */
export function* rowsInOrder(
  ledger: Ledger,
  states: readonly RowState[] = ROW_STATES,
): Generator<RowWithJob, void, undefined> {
  const list = states.map((state) => `'${state}'`).join(', ');
  for (let last = -1; ;) {
    const page = ledger.db.rows(
      `SELECT r.key, r.position FROM ${JOINED}
       WHERE r.position > ? AND ${STATE} IN (${list}) ORDER BY r.position LIMIT ${PAGE}`,
      last,
    ) as Pick<Found, 'key' | 'position'>[];
    for (const { key } of page) {
      // The row may have changed since the page was read.
      const row = findRow(ledger, key);
      if (row !== undefined && states.includes(row.state)) yield row;
    }
    const end = page.at(-1);
    if (end === undefined) return;
    last = end.position;
  }
}

/** A row in its current state. */
export function findRow(ledger: Ledger, key: string): RowWithJob | undefined {
  const row = ledger.db.row(`${SELECTED} WHERE r.key = ?`, key) as Found | undefined;
  return row === undefined ? undefined : withJob(ledger, row);
}

/** Number of rows in each state; they add up to all rows. */
export function countStates(db: Database): Record<RowState, number> {
  const rows = db.rows(
    `SELECT ${STATE} AS state, count(*) AS n FROM ${JOINED} WHERE r.position IS NOT NULL GROUP BY 1`,
  ) as { state: RowState; n: number }[];
  const none = Object.fromEntries(ROW_STATES.map((state) => [state, 0])) as Record<RowState, number>;
  return rows.reduce((counts, { state, n }) => ({ ...counts, [state]: n }), none);
}

/** Rows of one endpoint whose estimates come from the same source. */
export interface EstimatedRows {
  endpoint: string;
  grade: CostGrade;
  rows: number;
  /** Estimated cost of all of them in dollars; 0 if unknown. */
  usd: number;
}

/** Estimated cost of sending the rows in these states. */
export function estimatesOf(db: Database, states: readonly RowState[]): EstimatedRows[] {
  const list = states.map((state) => `'${state}'`).join(', ');
  return db.rows(
    `SELECT r.endpoint, coalesce(r.cost_grade, 'calculated') AS grade, sum(r.usd) AS usd, count(*) AS rows
     FROM ${JOINED} WHERE r.position IS NOT NULL AND ${STATE} IN (${list}) GROUP BY 1, 2`,
  ) as EstimatedRows[];
}

function withJob(ledger: Ledger, row: Found): RowWithJob {
  const job = row.job_id === null ? undefined : findJob(ledger, 'id', row.job_id);
  return {
    key: row.key,
    position: row.position,
    id: row.id ?? undefined,
    file: row.file,
    line: row.line ?? undefined,
    endpoint: row.endpoint,
    usd: row.usd,
    costGrade: row.cost_grade ?? 'calculated',
    plan: JSON.parse(row.plan) as unknown,
    expected: row.expected === null ? undefined : (JSON.parse(row.expected) as unknown),
    measured: row.measured === null ? undefined : (JSON.parse(row.measured) as unknown),
    state: row.row_state,
    job,
    sandbox: job === undefined ? readWorld(ledger.db) === 'sandbox' : isSandbox(job.via),
    attempts: row.attempts,
  };
}

/** States of finished rows, which have a line in results.jsonl. */
export const ENDED: readonly RowState[] = ['done', 'unmet', 'failed', 'moderated'];

/** Keys of finished rows whose job (`j`) meets a condition, in the order of finishing. */
export function endedRows(db: Database, condition: string): string[] {
  const list = ENDED.map((state) => `'${state}'`).join(', ');
  const rows = db.rows(
    `SELECT r.key FROM ${JOINED} WHERE r.position IS NOT NULL AND ${STATE} IN (${list}) AND ${condition}
     ORDER BY j.ended_at, j.seq`,
  ) as { key: string }[];
  return rows.map(({ key }) => key);
}

/** Keys of finished rows with expectations that have not been measured yet. */
export function unmeasuredRows(db: Database): string[] {
  return endedRows(db, "r.expected IS NOT NULL AND r.measured IS NULL AND +j.state = 'saved'");
}

/** Whether fal has or may have accepted a row, so that a file with its name may be its picture. */
export function isTaken(db: Database, key: string): boolean {
  const sql = `SELECT 1 FROM jobs WHERE asked_hash = ? AND state NOT IN ('planned', 'rejected', 'cancelled') LIMIT 1`;
  return db.row(sql, key) !== undefined;
}

/** Kinds of error of the batch's failed rows, each once. */
export function endedKinds(db: Database): string[] {
  const rows = db.rows(
    `SELECT DISTINCT CASE WHEN ${STATE} = 'moderated' THEN 'moderated'
       ELSE coalesce(json_extract(j.error, '$.kind'), 'failed') END AS kind
     FROM ${JOINED} WHERE r.position IS NOT NULL AND ${STATE} IN ('failed', 'moderated')`,
  ) as { kind: string }[];
  return rows.map(({ kind }) => kind);
}
