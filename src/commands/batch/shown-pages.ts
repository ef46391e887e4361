import { readNote, writeNote } from '../../ledger/batch/notes.js';
import type { Ledger } from '../../ledger/ledger.js';

/** What the pages of an out-dir were made of; the planner leaves its fingerprint of all rows as the note `reading`. */
const SHOWN = 'shown';

/** Something is about to happen to a row: pages that are there do not show it. */
export function forgetPages({ db }: Ledger): void {
  writeNote(db, SHOWN, '');
}

/** The pages show the rows as they are now. */
export function notePages({ db }: Ledger): void {
  writeNote(db, SHOWN, readNote(db, 'reading') ?? '');
}

/** Whether pages that were noted still show the rows as they are. */
export function pagesStand({ db }: Ledger): boolean {
  const shown = readNote(db, SHOWN) ?? '';
  return shown !== '' && shown === readNote(db, 'reading');
}
