import type { Database } from '../database.js';

/** Facts that a batch's ledger keeps about the batch itself, by name. */
export type Note =
  | 'identity'
  | 'merged'
  | 'renamed'
  | 'unplaced'
  | 'world'
  | 'source'
  | 'shard'
  | 'reading'
  | 'shown'
  | 'results'
  | 'said'
  | 'rebuild'
  | 'run'
  | 'cleaned'
  | 'cleaned_results';

/** Whether the pictures of a batch folder are from fal or from the sandbox; never both. */
export type World = 'fal' | 'sandbox';

/** Undefined until a run has found its rows valid. */
export function readWorld(db: Database): World | undefined {
  return readNote(db, 'world') as World | undefined;
}

export function readNote(db: Database, name: Note): string | undefined {
  const row = db.row('SELECT value FROM batch WHERE name = ?', name) as { value: string } | undefined;
  return row?.value;
}

export function writeNote(db: Database, name: Note, value: string): void {
  db.run(
    'INSERT INTO batch VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value',
    name,
    value,
  );
}
