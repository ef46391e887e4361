/*
 * INVARIANT: while a run sends, ledger.db by itself says that a run is open, and only the WAL beside it says
 * that nothing of that run is missing. A reader that finds ledger.db without its WAL finds "open": edits may
 * have been paid for that no file mentions. So only we write the WAL back, and never between the two.
 */
import { existsSync, statSync } from 'node:fs';
import type { Database } from '../database.js';
import { readNote, writeNote } from './notes.js';

/** Note about a run that may have sent something, and was not closed. */
export interface OpenRun {
  /** When it began, in milliseconds since the epoch. */
  since: number;
  /** Policy for rows that failed in earlier runs. */
  retry: string;
}

/** Bytes from which the WAL is written back; SQLite's own limit is a quarter of it. */
const LONGEST_WAL = 16 * 1024 * 1024;

interface Mark extends OpenRun {
  /** Whether the WAL that contains it exists. */
  whole: boolean;
}

/** Notes that a run begins to send. @throws FalEditError (input, temporary): it must not, then */
export function openRun(db: Database, run: OpenRun): void {
  // From here on a checkpoint of SQLite's own would break the invariant.
  db.exec('PRAGMA wal_autocheckpoint = 0');
  mark(db, run);
  db.onCommitted = () => {
    if (sizeOf(`${db.file}-wal`) <= LONGEST_WAL) return;
    try {
      mark(db, run);
    } catch {
      // What was to be written is written. The WAL grows until there is room again.
    }
  };
}

/** Notes that nothing is sent any more: ledger.db will be whole without its WAL once it is closed. */
export function closeRun(db: Database): void {
  db.onCommitted = undefined;
  if (readNote(db, 'run') !== undefined) writeNote(db, 'run', '');
}

/**
 * The run whose last writes are lost; undefined where nothing is.
 *
 * @param hadWal whether the WAL was there when the ledger was opened
 */
export function lostRun(db: Database, hadWal: boolean): OpenRun | undefined {
  const noted = readNote(db, 'run');
  if (hadWal || noted === undefined || noted === '') return undefined;
  const { whole, since, retry } = JSON.parse(noted) as Mark;
  return whole ? undefined : { since, retry };
}

/** To be asked before a ledger is opened. */
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
