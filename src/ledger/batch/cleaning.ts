/*
 * Earlier versions, and runs that did not know a secret, may have stored it in a server's answer. It is removed from
 * each ledger once; after that no text with a secret is stored.
 */
import { readNote, writeNote, type Note } from './notes.js';
import { cleanPlan } from './rows.js';
import type { Database, Value } from '../database.js';
import { UNREDACTED } from '../rows.js';

/** Columns needed to ask fal about an unfinished job. */
const STILL_NEEDED: readonly string[] = ['request_id', 'result'];

/** Whether every currently known secret has already been removed. */
export function isCleaned(db: Database, note: Note): boolean {
  const known = (readNote(db, note) ?? '').split(' ');
  return db.secrets.marks().every((mark) => known.includes(mark));
}

export function noteCleaned(db: Database, note: Note): void {
  const known = (readNote(db, note) ?? '').split(' ').filter((mark) => mark !== '');
  writeNote(db, note, [...new Set([...known, ...db.secrets.marks()])].join(' '));
}

/**
 * Removes secrets from a ledger, if not done yet. A ledger that cannot be written can still be read: the next run
 * tries again.
 */
export function cleanLedger(db: Database): void {
  try {
    if (isCleaned(db, 'cleaned')) return;
    // A power cut loses nothing: the cleaning is repeated.
    const changed = db.relaxedTransaction(() => {
      // Otherwise deleted and overwritten values would stay in the file's free space.
      db.exec('PRAGMA secure_delete = ON');
      const count =
        cleanTable(db, 'jobs', 'seq', cleanedJob) +
        cleanTable(db, 'batch_rows', 'key', cleanedRow) +
        cleanUploads(db);
      noteCleaned(db, 'cleaned');
      return count;
    });
    if (changed > 0) db.rewrite();
  } catch {
    // The disk is full, or another process is using the ledger.
  }
}

type Row = Record<string, Value>;

function cleanTable(
  db: Database,
  table: 'jobs' | 'batch_rows',
  key: string,
  cleaned: (db: Database, row: Row) => Row,
): number {
  const changes: [key: Value, columns: Row][] = [];
  for (const found of db.each(`SELECT * FROM ${table}`)) {
    const row = found as Row;
    const columns = Object.entries(cleaned(db, row)).filter(([name, value]) => value !== row[name]);
    if (columns.length > 0) changes.push([row[key] ?? null, Object.fromEntries(columns)]);
  }
  for (const [value, columns] of changes) {
    const names = Object.keys(columns).map((name) => `${name} = ?`);
    db.run(`UPDATE ${table} SET ${names.join(', ')} WHERE ${key} = ?`, ...Object.values(columns), value);
  }
  return changes.length;
}

function cleanedJob(db: Database, row: Row): Row {
  const isAway = row['state'] === 'accepted' || row['state'] === 'completed';
  const texts = Object.entries(row).filter(
    ([name]) => !UNREDACTED.includes(name) && !(isAway && STILL_NEEDED.includes(name)),
  );
  return cleanedColumns(db, texts);
}

function cleanedRow(db: Database, { plan, ...row }: Row): Row {
  const texts = Object.entries(row).filter(([name]) => ['id', 'expected', 'measured'].includes(name));
  const isSecret = typeof plan === 'string' && db.secrets.redact(plan) !== plan;
  return { ...cleanedColumns(db, texts), ...(isSecret ? { plan: cleanPlan(db, plan) } : {}) };
}

function cleanedColumns({ secrets }: Database, columns: readonly [string, Value][]): Row {
  const cleaned = columns.map(([name, value]) => {
    // Most values have no secrets, so their JSON need not be parsed.
    if (typeof value !== 'string' || secrets.redact(value) === value) return [name, value] as const;
    return [name, redactedText(value, secrets)] as const;
  });
  return Object.fromEntries(cleaned);
}

/** Redacts JSON string by string, as if it were stored now. */
function redactedText(text: string, secrets: Database['secrets']): string {
  if (!/^[[{"]/.test(text)) return secrets.redact(text);
  try {
    return JSON.stringify(secrets.redactIn(JSON.parse(text) as unknown));
  } catch {
    return secrets.redact(text);
  }
}

/** Removes uploads with a secret in the URL: they could not be reused. */
function cleanUploads(db: Database): number {
  const found = db.rows('SELECT url FROM uploads') as { url: string }[];
  const secret = found.filter(({ url }) => db.secrets.redact(url) !== url);
  for (const { url } of secret) db.run('DELETE FROM uploads WHERE url = ?', url);
  return secret.length;
}
