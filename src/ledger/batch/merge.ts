/* Merges the ledger of one part of a batch into another's: rows, jobs with all their tries, uploads. */
import type { Value } from '../database.js';
import type { JobState } from '../job.js';
import type { Ledger } from '../ledger.js';
import { foundPath, keptPath } from '../rows.js';
import { hasRow, presentKeys, renameRow } from './earlier.js';
import { readNote, writeNote } from './notes.js';
import { FINGERPRINT } from './rows.js';

type Row = Record<string, Value>;

/** Absolute paths of the pictures of all jobs in a ledger. */
export function picturesOf(ledger: Ledger): string[] {
  const rows = ledger.db.rows('SELECT path FROM images WHERE path IS NOT NULL ORDER BY job_id, position');
  return (rows as { path: string }[]).map(({ path }) => foundPath(path, ledger.root));
}

/**
 * Copies everything missing from the other ledger, and updates the rest: both the part and the whole may have
 * continued since the last merge.
 *
 * @param pathOf maps a picture's old path to its new one; both absolute
 * @param planOf converts a row's plan for the other ledger
 * @returns keys of rows that both have sent, each with its own request
 */
export function mergeLedgers(
  from: Ledger,
  to: Ledger,
  pathOf: (file: string) => string,
  planOf: (plan: unknown) => unknown,
): string[] {
  return to.db.transaction(() => {
    const present = presentIn(from, to);
    const twice = sentByBoth(from, to, present);
    for (const row of from.db.each('SELECT * FROM batch_rows WHERE position IS NOT NULL ORDER BY position')) {
      const columns = without(row as Row, 'position', 'former_position');
      const plan = JSON.stringify(planOf(JSON.parse(String(columns['plan']))));
      const moved = { ...columns, ...present(columns), plan, position: freePosition(to) };
      insert(to, 'batch_rows', moved, updatedRow);
    }
    const before = lastJob(to);
    for (const row of from.db.each('SELECT * FROM jobs ORDER BY seq')) {
      const job = without(row as Row, 'seq');
      const hash = present({ key: job['asked_hash'] ?? null })['key'] ?? null;
      insert(to, 'jobs', { ...job, asked_hash: hash }, furtherJob);
    }
    noteBrought(to, before);
    const moved = (kept: Value | undefined): Value =>
      typeof kept === 'string' ? keptPath(pathOf(foundPath(kept, from.root)), to.root) : null;
    for (const row of from.db.each('SELECT * FROM images')) {
      const image = row as Row;
      if (to.db.row('SELECT 1 FROM jobs WHERE id = ?', image['job_id'] ?? null) === undefined) continue;
      insert(
        to,
        'images',
        { ...image, target: moved(image['target']), path: moved(image['path']) },
        savedImage,
      );
    }
    for (const row of from.db.each('SELECT * FROM uploads')) insert(to, 'uploads', row as Row, laterUpload);
    return twice;
  });
}

/**
 * Copies of one part may have been read by releases with other fingerprints: rows are the same if the key of one is
 * the former key of the other. Gives rows of the whole their current keys; the returned function does so for rows of
 * the part.
 */
function presentIn(from: Ledger, to: Ledger): (columns: Row) => Row {
  for (const [former, key] of presentKeys(from.db)) if (hasRow(to.db, former)) renameRow(to.db, former, key);
  const known = presentKeys(to.db);
  return ({ key = null }) => {
    const present = typeof key === 'string' ? known.get(key) : undefined;
    return present === undefined ? { key } : { key: present, former_key: key, fingerprint: FINGERPRINT };
  };
}

/** Puts the rows into the order of their manifest, whichever part they came from. */
export function orderRows({ db }: Ledger): void {
  db.transaction(() => {
    const rows = db.rows(
      'SELECT key FROM batch_rows WHERE position IS NOT NULL ORDER BY file, line, position',
    ) as { key: string }[];
    db.run('UPDATE batch_rows SET former_position = NULL, position = NULL');
    rows.forEach(({ key }, position) =>
      db.run('UPDATE batch_rows SET position = ? WHERE key = ?', position, key),
    );
  });
}

const PAID = "charged <> 'no' AND request_id IS NOT NULL";

function sentByBoth(from: Ledger, to: Ledger, present: (columns: Row) => Row): string[] {
  const keys = from.db.rows(
    `SELECT asked_hash AS key, request_id FROM jobs
     WHERE ${PAID} AND asked_hash IN (SELECT key FROM batch_rows WHERE position IS NOT NULL)`,
  ) as { key: string; request_id: string }[];
  const sql = `SELECT 1 FROM jobs WHERE asked_hash = ? AND request_id <> ? AND ${PAID} LIMIT 1`;
  const known = 'SELECT 1 FROM jobs WHERE request_id = ?';
  const keyIn = (key: string): string => String(present({ key })['key']);
  const twice = keys.filter(
    ({ key, request_id: id }) =>
      to.db.row(known, id) === undefined && to.db.row(sql, keyIn(key), id) !== undefined,
  );
  return [...new Set(twice.map(({ key }) => keyIn(key)))];
}

function freePosition({ db }: Ledger): number {
  const { last } = db.row(
    'SELECT coalesce(max(position), -1) AS last FROM batch_rows WHERE position IS NOT NULL',
  ) as { last: number };
  return last + 1;
}

function lastJob({ db }: Ledger): number {
  return (db.row('SELECT coalesce(max(seq), 0) AS last FROM jobs') as { last: number }).last;
}

/** Records which jobs came from a part: they are paid for there. @param before the last job before the merge */
function noteBrought(to: Ledger, before: number): void {
  const last = lastJob(to);
  if (last === before) return;
  const known = JSON.parse(readNote(to.db, 'merged') ?? '[]') as unknown[];
  writeNote(to.db, 'merged', JSON.stringify([...known, [before + 1, last]]));
}

function without(row: Row, ...names: string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}

/** SQL that resolves a conflict with a row of the other ledger. */
type OnConflict = (names: readonly string[]) => string;

function insert({ db }: Ledger, table: string, columns: Row, onConflict: OnConflict): void {
  const names = Object.keys(columns);
  db.run(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ${onConflict(names)}`,
    ...names.map((name) => columns[name] ?? null),
  );
}

function taking(names: readonly string[]): string {
  return names.map((name) => `${name} = excluded.${name}`).join(', ');
}

/** Takes the row as in the part's current manifest; keeps measurements made only in the whole. */
const updatedRow: OnConflict = (names) => {
  const others = names.filter(
    (name) => !['key', 'position', 'measured', 'unmet', 'former_key'].includes(name),
  );
  return `ON CONFLICT (key) DO UPDATE SET ${taking(others)},
    former_key = coalesce(excluded.former_key, former_key), measured = coalesce(excluded.measured, measured),
    unmet = CASE WHEN excluded.measured IS NULL THEN unmet ELSE excluded.unmet END`;
};

/** Stages of a job, in order: of two copies, the later stage has more information. */
const STEPS: readonly JobState[] = [
  ...(['planned', 'intent', 'unknown', 'rejected', 'accepted'] as const),
  ...(['cancelled', 'failed', 'completed', 'moderated', 'saved'] as const),
];

const stepOf = (state: string): string =>
  `CASE ${state} ${STEPS.map((step, index) => `WHEN '${step}' THEN ${index}`).join(' ')} END`;

/** If both know a request by different jobs, the existing one stays. */
const furtherJob: OnConflict = (names) =>
  `ON CONFLICT (id) DO UPDATE SET ${taking(names)} WHERE ${stepOf('excluded.state')} > ${stepOf('jobs.state')}
   ON CONFLICT DO NOTHING`;

const savedImage: OnConflict = (names) =>
  `ON CONFLICT DO UPDATE SET ${taking(names)} WHERE images.path IS NULL AND excluded.path IS NOT NULL`;

const laterUpload: OnConflict = (names) =>
  `ON CONFLICT DO UPDATE SET ${taking(names)} WHERE excluded.expires_at > uploads.expires_at`;
