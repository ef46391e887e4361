import { readNote, writeNote } from '../../ledger/batch/notes.js';
import type { Ledger } from '../../ledger/ledger.js';

/**
 * Note with the fingerprint of the rows that the pages show. The planner keeps the current one as the note `reading`.
 */
const PAGES_FOR = 'shown';

/** Marks the pages as outdated, before a row changes. */
export function forgetPages({ db }: Ledger): void {
  writeNote(db, PAGES_FOR, '');
}

/** Marks the pages as current. */
export function notePages({ db }: Ledger): void {
  writeNote(db, PAGES_FOR, readNote(db, 'reading') ?? '');
}

/** Whether the pages still show the current rows. */
export function pagesStand({ db }: Ledger): boolean {
  const kept = readNote(db, PAGES_FOR) ?? '';
  return kept !== '' && kept === readNote(db, 'reading');
}
