import type { Database } from '../database.js';

/**
 * One row of a batch as the ledger keeps it beside the jobs. Only the batch reads `plan`, `expected` and
 * `measured`.
 */
export interface BatchRow {
  /** Its identity: also the `asked_hash` of the jobs that it becomes. */
  key: string;
  /** Its position among the rows of this batch, from 0. */
  position: number;
  /** The user's own name for it. */
  id: string | undefined;
  file: string;
  /** From 1; undefined where a file is the row. */
  line: number | undefined;
  endpoint: string;
  /** Estimated cost in dollars. */
  usd: number;
  /** JSON values. */
  plan: unknown;
  expected: unknown;
}

/** Differences between the rows of a manifest and those of the run before. */
export interface RowChanges {
  /** Rows of the run before; 0 on the first run. */
  before: number;
  /** Rows with the same name, or else at the same position, whose edit has changed. */
  edited: number;
  added: number;
  removed: number;
  /** Whether the order of unchanged rows has changed. */
  reordered: boolean;
}

/** The version of the fingerprints that rows are put under. */
export const FINGERPRINT = 2;

/** Begins a new reading of the manifest: no row has a position until it is read again. */
export function beginRows(db: Database): void {
  db.run('UPDATE batch_rows SET former_position = position, position = NULL');
}

/** Parts of a plan that are paths, which have to be found again, or are ours. */
const PLACES = ['folder', 'delivery', 'attachments'];

/** The plan of a row as it is to be sent, with any secret, which is not stored. */
export function planToSend(db: Database, { key, plan }: Pick<BatchRow, 'key' | 'plan'>): unknown {
  return db.secretPlans.get(key) ?? plan;
}

/** A plan as it is stored; one with a secret is kept for {@link planToSend} until the run ends. */
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

/** A stored plan as it would be stored now. */
export function cleanPlan(db: Database, stored: string): string {
  return withoutSecrets(db, Object.entries(JSON.parse(stored) as Record<string, unknown>));
}

/** Takes a row that was just read. A known row keeps its measurements, unless its expectations have changed. */
export function putRow(db: Database, row: BatchRow): void {
  db.run(
    `INSERT INTO batch_rows (key, position, id, file, line, endpoint, usd, plan, expected, fingerprint)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ${FINGERPRINT})
     ON CONFLICT (key) DO UPDATE SET
       position = excluded.position, id = excluded.id, file = excluded.file, line = excluded.line,
       endpoint = excluded.endpoint, usd = excluded.usd, plan = excluded.plan,
       measured = CASE WHEN expected IS excluded.expected THEN measured END,
       unmet = CASE WHEN expected IS excluded.expected THEN unmet ELSE 0 END,
       expected = excluded.expected`,
    ...[row.key, row.position, row.id ?? null, row.file, row.line ?? null, row.endpoint, row.usd],
    ...[storedPlan(db, row), row.expected === undefined ? null : JSON.stringify(row.expected)],
  );
}

/** Takes a row out of the reading again. */
export function leaveOut(db: Database, key: string): void {
  db.run('UPDATE batch_rows SET position = NULL WHERE key = ?', key);
}

/** Compares the rows that were just read with those before; to be asked before the next reading. */
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

/** Where neither has a name. */
const SAME_POSITION = 'fresh.id IS NULL AND old.id IS NULL AND fresh.position = old.former_position';

/**
 * Counts new rows that replace old ones. Called once per condition: with two at once, SQLite would compare
 * every row with every other.
 */
function countPairs(db: Database, condition: string): number {
  const { n } = db.row(
    `SELECT count(*) AS n FROM batch_rows AS fresh JOIN batch_rows AS old ON ${condition}
     WHERE fresh.position IS NOT NULL AND fresh.former_position IS NULL
       AND old.position IS NULL AND old.former_position IS NOT NULL`,
  ) as { n: number };
  return n;
}

/** Rescales the prices of rows that were planned with another price of the endpoint. */
export function scaleRowPrices(db: Database, endpoint: string, factor: number): void {
  db.run('UPDATE batch_rows SET usd = usd * ? WHERE endpoint = ?', factor, endpoint);
}

/** Stores the measurements of a row's pictures; removes them where nothing is given. */
export function putMeasured(db: Database, key: string, measured: unknown, unmet: boolean): void {
  const text = measured === undefined ? null : JSON.stringify(measured);
  db.run('UPDATE batch_rows SET measured = ?, unmet = ? WHERE key = ?', text, unmet ? 1 : 0, key);
}
