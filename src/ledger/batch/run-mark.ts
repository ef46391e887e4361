/*
 * INVARIANT: while a run sends, ledger.db alone says that a run is open, and only the WAL beside it says that nothing
 * of that run is missing. A reader that finds ledger.db without its WAL sees an open run: there may be paid edits that
 * no file mentions. So only we checkpoint the WAL, and never between these two writes.
 */
import { existsSync, statSync } from 'node:fs';
import type { Database } from '../database.js';
import { readNote, writeNote } from './notes.js';

/** Record of a run that may have sent something, and was not closed. */
export interface OpenRun {
  /** Time when it began, in milliseconds since the epoch. */
  since: number;
  /** Policy for rows that failed in earlier runs. */
  retry: string;
}

/** Size in bytes at which the WAL is checkpointed; SQLite's own limit is a quarter of it. */
const LONGEST_WAL = 16 * 1024 * 1024;

interface Mark extends OpenRun {
  /** Whether the WAL that contains it exists. */
  whole: boolean;
}

/** Records that a run begins to send. @throws FalEditError (input, temporary): it must not send */
export function openRun(db: Database, run: OpenRun): void {
  // From here on an automatic checkpoint would break the invariant.
  db.exec('PRAGMA wal_autocheckpoint = 0');
  mark(db, run);
  db.onCommitted = () => {
    if (sizeOf(`${db.file}-wal`) <= LONGEST_WAL) return;
    try {
      mark(db, run);
    } catch {
      // All data is written. The WAL grows until there is room again.
    }
  };
}

/** Records that nothing more is sent: once closed, ledger.db is complete without its WAL. */
export function closeRun(db: Database): void {
  db.onCommitted = undefined;
  if (readNote(db, 'run') !== undefined) writeNote(db, 'run', '');
}

/**
 * The run whose last writes are lost; undefined if none are.
 *
 * @param hadWal whether the WAL existed when the ledger was opened
 */
export function lostRun(db: Database, hadWal: boolean): OpenRun | undefined {
  const noted = readNote(db, 'run');
  if (hadWal || noted === undefined || noted === '') return undefined;
  const { whole, since, retry } = JSON.parse(noted) as Mark;
  return whole ? undefined : { since, retry };
}

/** Whether the WAL exists. Call it before opening the ledger. */
export function hasWal(ledgerFile: string): boolean {
  return existsSync(`${ledgerFile}-wal`);
}

function mark(db: Database, run: OpenRun): void {
  const note = (whole: boolean): void => writeNote(db, 'run', JSON.stringify({ ...run, whole }));
  note(false);
  db.checkpoint();
  note(true);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
