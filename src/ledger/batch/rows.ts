import type { Database } from '../database.js';
import type { CostGrade } from '../job.js';

/** One row of a batch as stored in the ledger. Only the batch reads `plan`, `expected` and `measured`. */
export interface BatchRow {
  /** Its identity; also the `asked_hash` of its jobs. */
  key: string;
  /** Its position among the rows of this batch, from 0. */
  position: number;
  /** The id that the user gave it. */
  id: string | undefined;
  file: string;
  /** From 1; undefined if the row is a file. */
  line: number | undefined;
  endpoint: string;
  /** Estimated cost in dollars; 0 if unknown. */
  usd: number;
  costGrade: CostGrade;
  /** JSON values. */
  plan: unknown;
  expected: unknown;
}

/** Differences between the rows of a manifest and those of the previous run. */
export interface RowChanges {
  /** Number of rows in the previous run; 0 on the first run. */
  before: number;
  /** Number of rows with the same name, or else at the same position, whose edit has changed. */
  edited: number;
  added: number;
  removed: number;
  /** Whether the order of unchanged rows has changed. */
  reordered: boolean;
}

/** Fingerprint version of newly stored rows. */
export const FINGERPRINT = 2;

/** Starts a new reading of the manifest: no row has a position until it is read again. */
export function beginRows(db: Database): void {
  db.run('UPDATE batch_rows SET former_position = position, position = NULL');
}

/** Fields of a plan that are ours, or paths that must stay usable. */
const PLACES = ['folder', 'delivery', 'attachments'];

/** The plan of a row as it is sent, including any secret, which is not stored. */
export function planToSend(db: Database, { key, plan }: Pick<BatchRow, 'key' | 'plan'>): unknown {
  return db.secretPlans.get(key) ?? plan;
}

/** A plan as stored; one with a secret is kept for {@link planToSend} until the run ends. */
function storedPlan(db: Database, { key, plan }: BatchRow): string {
  const isSecret = (name: string, value: unknown): boolean =>
    !PLACES.includes(name) && db.secrets.redactIn(value) !== value;
  if (typeof plan !== 'object' || plan === null) return JSON.stringify(plan);
  const parts: [string, unknown][] = Object.entries(plan);
  if (!parts.some(([name, value]) => isSecret(name, value))) return JSON.stringify(plan);
  db.secretPlans.set(key, plan);
  return withoutSecrets(db, parts);
}

function withoutSecrets(db: Database, parts: readonly [string, unknown][]): string {
  const safe = parts.map(
    ([name, value]) => [name, PLACES.includes(name) ? value : db.secrets.redactIn(value)] as const,
  );
  return JSON.stringify(Object.fromEntries(safe));
}

/** Redacts a stored plan, as if it were stored now. */
export function cleanPlan(db: Database, stored: string): string {
  return withoutSecrets(db, Object.entries(JSON.parse(stored) as Record<string, unknown>));
}

/** Stores a row that was just read. A known row keeps its measurements, unless its expectations have changed. */
export function putRow(db: Database, row: BatchRow): void {
  db.run(
    `INSERT INTO batch_rows (key, position, id, file, line, endpoint, usd, cost_grade, plan, expected, fingerprint)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${FINGERPRINT})
     ON CONFLICT (key) DO UPDATE SET
       position = excluded.position, id = excluded.id, file = excluded.file, line = excluded.line,
       endpoint = excluded.endpoint, usd = excluded.usd,
       cost_grade = excluded.cost_grade, plan = excluded.plan,
       measured = CASE WHEN expected IS excluded.expected THEN measured END,
       unmet = CASE WHEN expected IS excluded.expected THEN unmet ELSE 0 END,
       expected = excluded.expected`,
    ...[row.key, row.position, row.id ?? null, row.file, row.line ?? null, row.endpoint, row.usd],
    ...[row.costGrade, storedPlan(db, row), row.expected === undefined ? null : JSON.stringify(row.expected)],
  );
}

/** Removes a row from the current reading. */
export function leaveOut(db: Database, key: string): void {
  db.run('UPDATE batch_rows SET position = NULL WHERE key = ?', key);
}

/** Compares the rows just read with those before. Call it before the next reading. */
export function rowChanges(db: Database): RowChanges {
  const count = (condition: string): number =>
    (db.row(`SELECT count(*) AS n FROM batch_rows WHERE ${condition}`) as { n: number }).n;
  const before = count('former_position IS NOT NULL');
  const added = count('position IS NOT NULL AND former_position IS NULL');
  const removed = count('position IS NULL AND former_position IS NOT NULL');
  const edited = countPairs(db, 'fresh.id = old.id') + countPairs(db, SAME_POSITION);
  const swapped = db.row(
    `SELECT 1 FROM (SELECT former_position, lag(former_position) OVER (ORDER BY position) AS previous
       FROM batch_rows WHERE position IS NOT NULL AND former_position IS NOT NULL)
     WHERE former_position < previous LIMIT 1`,
  );
  return {
    before,
    edited,
    added: added - edited,
    removed: removed - edited,
    reordered: swapped !== undefined,
  };
}

/** SQL condition: the same position, and neither row has a name. */
const SAME_POSITION = 'fresh.id IS NULL AND old.id IS NULL AND fresh.position = old.former_position';

/**
 * Counts new rows that replace old ones. Called once per condition: with two at once, SQLite would compare every row
 * with every other.
 */
function countPairs(db: Database, condition: string): number {
  const { n } = db.row(
    `SELECT count(*) AS n FROM batch_rows AS fresh JOIN batch_rows AS old ON ${condition}
     WHERE fresh.position IS NOT NULL AND fresh.former_position IS NULL
       AND old.position IS NULL AND old.former_position IS NOT NULL`,
  ) as { n: number };
  return n;
}

/** Rescales the estimates of rows that were planned with an older price of the endpoint. */
export function scaleRowPrices(db: Database, endpoint: string, factor: number): void {
  db.run('UPDATE batch_rows SET usd = usd * ? WHERE endpoint = ?', factor, endpoint);
}

/** Estimates all rows of an endpoint again. @param estimate takes a row's plan */
export function repriceRows(
  db: Database,
  endpoint: string,
  estimate: (plan: unknown) => Pick<BatchRow, 'usd' | 'costGrade'>,
): void {
  const rows = db.rows(
    'SELECT key, plan FROM batch_rows WHERE endpoint = ? AND position IS NOT NULL',
    endpoint,
  ) as { key: string; plan: string }[];
  db.transaction(() => {
    for (const { key, plan } of rows) {
      const { usd, costGrade } = estimate(JSON.parse(plan));
      db.run('UPDATE batch_rows SET usd = ?, cost_grade = ? WHERE key = ?', usd, costGrade, key);
    }
  });
}

/** The plan of the first row of an endpoint whose cost is unknown; undefined if there is none. */
export function firstUnpricedPlan(db: Database, endpoint: string): unknown {
  const row = db.row(
    `SELECT plan FROM batch_rows
     WHERE endpoint = ? AND position IS NOT NULL AND cost_grade = 'unknown' ORDER BY position LIMIT 1`,
    endpoint,
  ) as { plan: string } | undefined;
  return row === undefined ? undefined : (JSON.parse(row.plan) as unknown);
}

/** Stores the measurements of a row's pictures; removes them if undefined. */
export function putMeasured(db: Database, key: string, measured: unknown, unmet: boolean): void {
  const text = measured === undefined ? null : JSON.stringify(measured);
  db.run('UPDATE batch_rows SET measured = ?, unmet = ? WHERE key = ?', text, unmet ? 1 : 0, key);
}
