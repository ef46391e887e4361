import { codeOf, FalEditError, messageOf } from '../errors.js';

/** SQLite's result codes that mean something to a person (sqlite.org/rescode.html). */
const SQLITE = { busy: 5, readOnly: 8, io: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 };
/** SQLITE_IOERR_SHMSIZE. */
const SHM_SIZE = 4874;

/** What is wrong with a ledger that cannot be used, and what to do about it. Nothing was sent. */
export function ledgerError(error: unknown, file: string): FalEditError {
  if (error instanceof FalEditError) return error;
  const [what, hint] = explain(error);
  const kind = resultCode(error) === SQLITE.busy ? 'temporary' : 'input';
  return new FalEditError(kind, `The ledger ${file} ${what}. Nothing more is sent.`, {
    hint,
    details: { ledger: file },
    origin: error,
  });
}

/** A ledger of a later version of the program. */
export function newerLedgerError(file: string, version: number, known: number): FalEditError {
  return new FalEditError(
    'input',
    `The ledger ${file} is of a newer fal-edit (version ${version}, this one reads up to ${known}). Nothing was sent.`,
    {
      hint: 'Update fal-edit, or name another folder in FAL_EDIT_STATE_DIR.',
      details: { ledger: file, version },
    },
  );
}

/** The file was deleted or replaced while it was open. */
export function goneLedgerError(file: string): FalEditError {
  return new FalEditError(
    'input',
    `The ledger ${file} was deleted or replaced while it was in use. Nothing more is sent.`,
    {
      hint: 'Find out what removes its folder; then run it again.',
      details: { ledger: file },
    },
  );
}

type Explanation = readonly [what: string, hint: string];

const OTHER_FOLDER = 'Name a folder that you may write to in FAL_EDIT_STATE_DIR.';
const SET_ASIDE =
  'Rename it to start a new one. What it held is then no longer counted, and its edits can be fetched by their request ids alone.';

const FULL: Explanation = [
  'cannot be written to: the disk is full',
  'Make room, or name another folder in FAL_EDIT_STATE_DIR.',
];
const NO_FOLDER: Explanation = ['cannot be made: what should be its folder is a file', OTHER_FOLDER];
const FORBIDDEN: Explanation = ['cannot be made or read: it is not allowed there', OTHER_FOLDER];

/** What the system says about the folder and the file, before SQLite gets to see them. */
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
  // The shared memory of the WAL found no room: of all errors of input and output the one that says so.
  if (extendedCode(error) === SHM_SIZE) return FULL;
  switch (resultCode(error)) {
    case SQLITE.busy:
      return ['is held by another process', 'Run it again; if it stays so, end the process that holds it.'];
    case SQLITE.readOnly:
      return ['cannot be written to: it is read-only', OTHER_FOLDER];
    case SQLITE.full:
      return FULL;
    case SQLITE.cannotOpen:
      return ['cannot be opened', OTHER_FOLDER];
    case SQLITE.corrupt:
    case SQLITE.notADatabase:
      return ['is damaged, or is no ledger', SET_ASIDE];
    case SQLITE.io:
      return ['cannot be read or written: the disk reports an error', OTHER_FOLDER];
    default:
      break;
  }
  // The driver gives damage inside of a table no code.
  if (/malformed|not a database/.test(messageOf(error))) return ['is damaged', SET_ASIDE];
  const code = codeOf(error) ?? '';
  // All of SQLite's errors have one code; only their text says which one it is.
  const why = code === '' || code === 'ERR_SQLITE_ERROR' ? messageOf(error) : code;
  return SYSTEM[code] ?? [`cannot be used (${why})`, OTHER_FOLDER];
}

/** Whether a ledger cannot be read for what is in the file, rather than for where it is. */
export function isDamaged(error: unknown): boolean {
  const origin = error instanceof FalEditError ? error.origin : error;
  return explain(origin)[1] === SET_ASIDE;
}

function resultCode(error: unknown): number | undefined {
  const code = extendedCode(error);
  // The low byte is the plain code, the rest says more than we mostly need.
  return code === undefined ? undefined : code & 0xff;
}

function extendedCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code : undefined;
}

/** Whether another process held the database at that moment. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === SQLITE.busy;
}
