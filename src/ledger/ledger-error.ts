import { codeOf, FalEditError, messageOf } from '../errors/error.js';
import { LedgerError } from '../errors/failures.js';

/** SQLite's result codes with their own messages (sqlite.org/rescode.html). */
const SQLITE = { busy: 5, readOnly: 8, io: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 };
/** SQLITE_IOERR_SHMSIZE. */
const SHM_SIZE = 4874;

/** Error for a ledger that cannot be used, with a hint. Nothing was sent. */
export function ledgerError(error: unknown, file: string): FalEditError {
  if (error instanceof FalEditError) return error;
  const [what, hint] = explain(error);
  const kind = resultCode(error) === SQLITE.busy ? 'temporary' : 'input';
  return new LedgerError(kind, `The ledger ${file} ${what}. Nothing more is sent.`, file, {
    hint,
    origin: error,
  });
}

/** Error for a ledger of a later version of the program. */
export function newerLedgerError(file: string, version: number, known: number): FalEditError {
  return new LedgerError(
    'input',
    `The ledger ${file} was written by a newer fal-edit (version ${version}; this one reads up to ${known}). Nothing was sent.`,
    file,
    {
      hint: 'Update fal-edit, or set FAL_EDIT_STATE_DIR to another folder.',
      details: { version },
    },
  );
}

/** Error for a file that was deleted or replaced while open. */
export function goneLedgerError(file: string): FalEditError {
  return new LedgerError(
    'input',
    `The ledger ${file} was deleted or replaced while it was in use. Nothing more is sent.`,
    file,
    { hint: 'Find out what removes its folder; then run it again.' },
  );
}

type Explanation = readonly [what: string, hint: string];

const OTHER_FOLDER = 'Set FAL_EDIT_STATE_DIR to a folder that you can write to.';
const SET_ASIDE =
  'Rename it to start a new one. Its costs are then no longer counted, and its edits can be fetched only by their request ids.';

const FULL: Explanation = [
  'cannot be written to: the disk is full',
  'Free some space, or set FAL_EDIT_STATE_DIR to another folder.',
];
const NO_FOLDER: Explanation = ['cannot be created: its folder is a file', OTHER_FOLDER];
const FORBIDDEN: Explanation = ['cannot be created or read: permission denied', OTHER_FOLDER];

/** System errors on the folder or file, before SQLite opens them. */
const SYSTEM: Readonly<Partial<Record<string, Explanation>>> = {
  EEXIST: NO_FOLDER,
  ENOTDIR: NO_FOLDER,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: FORBIDDEN,
  ENOSPC: FULL,
  EDQUOT: FULL,
};

function explain(error: unknown): Explanation {
  // No room for the WAL's shared memory: the only I/O error that means a full disk.
  if (extendedCode(error) === SHM_SIZE) return FULL;
  switch (resultCode(error)) {
    case SQLITE.busy:
      return [
        'is locked by another process',
        'Run it again; if that fails too, end the process that holds the lock.',
      ];
    case SQLITE.readOnly:
      return ['cannot be written to: it is read-only', OTHER_FOLDER];
    case SQLITE.full:
      return FULL;
    case SQLITE.cannotOpen:
      return ['cannot be opened', OTHER_FOLDER];
    case SQLITE.corrupt:
    case SQLITE.notADatabase:
      return ['is damaged or is not a ledger', SET_ASIDE];
    case SQLITE.io:
      return ['cannot be read or written: the disk reports an error', OTHER_FOLDER];
    default:
      break;
  }
  // The driver reports damage inside a table without a code.
  if (/malformed|not a database/.test(messageOf(error))) return ['is damaged', SET_ASIDE];
  const code = codeOf(error) ?? '';
  // All SQLite errors have the same code; only the text differs.
  const why = code === '' || code === 'ERR_SQLITE_ERROR' ? messageOf(error) : code;
  return SYSTEM[code] ?? [`cannot be used (${why})`, OTHER_FOLDER];
}

/** Whether a ledger is unreadable because of its content, not its location. */
export function isDamaged(error: unknown): boolean {
  const origin = error instanceof FalEditError ? error.origin : error;
  return explain(origin)[1] === SET_ASIDE;
}

function resultCode(error: unknown): number | undefined {
  const code = extendedCode(error);
  // The low byte is the primary code; the rest is detail that is rarely needed.
  return code === undefined ? undefined : code & 0xff;
}

function extendedCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code : undefined;
}

/** Whether another process had locked the database. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === SQLITE.busy;
}
