/*
 * INVARIANT: an edit that results.jsonl or another file of a batch folder mentions, but the ledger does not know, is
 * never sent again automatically. A ledger can be lost, restored from an old backup, or copied without its WAL; then
 * every row would look unpaid.
 */
import { closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { codeOf, FalEditError, inputError, messageOf, usageError } from '../../errors/error.js';
import { isJpeg } from '../../images/formats/jpeg.js';
import { isPng } from '../../images/formats/png.js';
import { isWebp } from '../../images/formats/webp.js';
import { isSealed } from '../../ledger/batch/reported.js';
import { readNote, writeNote } from '../../ledger/batch/notes.js';
import { hasJobs, knownRequests } from '../../ledger/batch/rebuilt.js';
import { LEDGER_FILE } from '../../ledger/database.js';
import type { Ledger } from '../../ledger/ledger.js';
import { rowsText } from '../run/ending.js';
import { stampNow } from './file-stamp.js';
import { OUT_DIR_FILES } from './out-dir.js';

/** A line of results.jsonl about an edit. */
export interface ReportedEdit {
  /** Our id for the edit. */
  job: string;
  /** fal's id; undefined if fal did not accept the edit. */
  requestId: string | undefined;
}

/** Differences between results.jsonl and the ledger beside it. */
export interface Records {
  /** Jobs in its lines; undefined if the file was not read because nothing has changed since it was complete. */
  jobs: ReadonlySet<string> | undefined;
  /** Edits that the ledger does not know, each once. */
  lost: readonly ReportedEdit[];
}

/** Compares the file with the ledger by request ids, never by file times. @param folder absolute */
export async function compareRecords(folder: string, ledger: Ledger): Promise<Records> {
  const file = path.join(folder, OUT_DIR_FILES.results);
  const stamp = stampNow(file);
  if (stamp === undefined) return { jobs: new Set(), lost: [] };
  if (isSealed(ledger.db, stamp)) return { jobs: undefined, lost: [] };
  const known = knownRequests(ledger);
  const jobs = new Set<string>();
  const lost = new Map<string, ReportedEdit>();
  for await (const line of linesOf(file)) {
    const edit = reportedEdit(line);
    if (edit === undefined) continue;
    jobs.add(edit.job);
    if (!known.has(edit.requestId ?? edit.job)) lost.set(edit.job, edit);
  }
  return { jobs, lost: [...lost.values()] };
}

/**
 * Yields the lines of a results file, without their ends. Skips a torn last line of a killed run.
 *
 * @throws FalEditError (input)
 */
export async function* linesOf(file: string): AsyncGenerator<string, void, undefined> {
  let rest = '';
  try {
    for await (const piece of createReadStream(file, 'utf8')) {
      const lines = `${rest}${String(piece)}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
    }
  } catch (error) {
    throw inputError(`${file} cannot be read (${codeOf(error) ?? messageOf(error)}). Nothing was sent.`);
  }
  if (isWhole(rest)) yield rest;
}

/** Whether a line was completely written. */
export function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/**
 * The edit that a line is about. Finds both ids without parsing the line, since a file may have millions. Quotes
 * inside strings are escaped, so no user text can look like a field.
 *
 * @returns undefined for a torn line of a killed run, or a row that was never sent
 */
export function reportedEdit(line: string): ReportedEdit | undefined {
  const [, job] = /^\{"schema_version":\d+,"key":"[^"]*","job":"([^"\\]+)"/.exec(line) ?? [];
  if (job === undefined) return undefined;
  const [, requestId] = /"request_id":"([^"\\]+)"/.exec(line) ?? [];
  return { job, requestId };
}

/** Hint for lost records. */
export const REBUILD =
  '--rebuild makes the ledger from results.jsonl and the pictures, and sends nothing. --again pays for these rows again.';

/** @param folder as displayed */
export function lostEditsError(lost: readonly ReportedEdit[], folder: string): FalEditError {
  const ids = lost.flatMap(({ requestId }) => requestId ?? []);
  const [has, them] = lost.length === 1 ? ['1 edit', 'it'] : [`${lost.length} edits`, 'them'];
  return new FalEditError(
    'usage',
    `${path.join(folder, OUT_DIR_FILES.results)} has ${has} that ${LEDGER_FILE} does not have: ${LEDGER_FILE} is missing, older, or was copied without its -wal file. Nothing was sent, to avoid paying for ${them} again.`,
    {
      hint: REBUILD,
      details: { out_dir: folder, lost: lost.length, request_ids: ids.slice(0, MOST_IDS) },
    },
  );
}

/** Error for a run whose last writes are lost and in no other file. @param folder as displayed */
export function lostRunError(folder: string): FalEditError {
  return new FalEditError(
    'usage',
    `${path.join(folder, LEDGER_FILE)} is missing the last writes of a run that was cut short: it was copied without its -wal file, or that file was lost. Nothing was sent, to avoid paying for rows again.`,
    {
      hint: `Restore ${LEDGER_FILE}-wal if you have it. ${REBUILD}`,
      details: { out_dir: folder, lost: null, request_ids: [] },
    },
  );
}

/** Most request ids in an error. */
const MOST_IDS = 1_000;

/**
 * Refuses a WAL whose ledger is missing or empty, before SQLite opens it and deletes the WAL.
 *
 * @param folder absolute
 * @throws FalEditError (usage)
 */
export function refuseLoneWal(folder: string): void {
  const sizeOf = (name: string): number =>
    statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  const wal = `${LEDGER_FILE}-wal`;
  if (sizeOf(LEDGER_FILE) > 0 || sizeOf(wal) === 0) return;
  throw usageError(
    `${path.join(folder, wal)} belongs to a ${LEDGER_FILE} that is missing or empty. Nothing was sent.`,
    `Restore ${LEDGER_FILE}. If it is lost, move ${wal} away; then --rebuild makes a new one from results.jsonl.`,
  );
}

/** Whether a rebuild stopped before the rows without lines, which would look as if they had never been sent. */
export function isRebuildCut({ db }: Ledger): boolean {
  return readNote(db, 'rebuild') === BEGUN;
}

/** Notes that a rebuild has begun, or ended. */
export function noteRebuild({ db }: Ledger, isBegun: boolean): void {
  writeNote(db, 'rebuild', isBegun ? BEGUN : '');
}

const BEGUN = 'begun';

/** @param folder as displayed */
export function rebuildCutError(folder: string): FalEditError {
  return usageError(
    `The ledger of ${folder} is only partly rebuilt. Nothing was sent.`,
    'Run the same command with --rebuild again. --again pays for what is missing.',
  );
}

/**
 * Refuses a folder whose ledger and results.jsonl are both lost, if an earlier run's summary shows that edits were
 * sent.
 *
 * @param folder absolute
 * @param folderName the folder as displayed
 * @throws FalEditError (usage)
 */
export function refuseForgotten(folder: string, ledger: Ledger, folderName: string): void {
  if (hasJobs(ledger)) return;
  const rows = rowsInSummary(path.join(folder, OUT_DIR_FILES.summary));
  if (rows === 0) return;
  throw usageError(
    `${path.join(folderName, OUT_DIR_FILES.summary)} says that ${rowsText(rows)} of this folder ${rows === 1 ? 'was' : 'were'} sent, but ${LEDGER_FILE} and ${OUT_DIR_FILES.results} are missing or empty. Nothing was sent.`,
    BRING_BACK,
  );
}

const BRING_BACK = `Restore ${LEDGER_FILE} or ${OUT_DIR_FILES.results} (a .gitignore may exclude them), or name another --out-dir. --again pays for the rows again.`;

/** Whether a file begins like a picture; otherwise it is not fal's. */
export function isPictureFile(file: string): boolean {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const start = Buffer.alloc(16);
    readSync(descriptor, start);
    return [isPng, isJpeg, isWebp].some((recognise) => recognise(start));
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Error for pictures that have the names of rows, in a folder without records of them. @param folder as displayed */
export function forgottenPicturesError(folder: string, pictures: number): FalEditError {
  const what = pictures === 1 ? 'the picture of 1 row' : `the pictures of ${pictures} rows`;
  return usageError(
    `${folder} has ${what}, but ${LEDGER_FILE} and ${OUT_DIR_FILES.results} are missing or empty. Nothing was sent.`,
    BRING_BACK,
  );
}

/** Number of sent rows in the summary; 0 if it is missing or unreadable. */
function rowsInSummary(file: string): number {
  try {
    const { states } = JSON.parse(readFileSync(file, 'utf8')) as { states?: Record<string, unknown> };
    return Object.entries(states ?? {})
      .filter(([state]) => state !== 'pending')
      .reduce((sum, [, rows]) => sum + (typeof rows === 'number' ? rows : 0), 0);
  } catch {
    return 0;
  }
}
