/*
 * INVARIANT: an edit that results.jsonl or another file of a batch folder speaks of, and the ledger does not know, is
 * not sent again by itself. A ledger can be lost, come back from an old backup, or be copied without its WAL; then
 * every row would look as if it had never been paid for.
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
  /** Our id for it. */
  job: string;
  /** fal's; undefined where fal did not take it. */
  requestId: string | undefined;
}

/** How results.jsonl compares with the ledger beside it. */
export interface Records {
  /** Jobs that its lines speak of; undefined where nothing has changed since all of it was known, and it was not read. */
  jobs: ReadonlySet<string> | undefined;
  /** Edits that the ledger does not know, each once. */
  lost: readonly ReportedEdit[];
}

/** Compares by request ids, never by the times of files. @param folder absolute */
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
 * The lines of a file of results, without their ends. A last one that a killed run has torn is none.
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

/** Whether a line is all that was to be written. */
export function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/**
 * The edit that a line is about. Both ids are found without parsing the line, since a file may have millions of
 * them. Inside a string, quotes are escaped, so no text of the user's can look like a field.
 *
 * @returns undefined for a torn line of a killed run, and for a row that was never sent
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

/** @param folder as the user knows it */
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

/** The last writes of a run are lost, and no other file speaks of them. @param folder as the user knows it */
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

/** How many request ids an error lists. */
const MOST_IDS = 1_000;

/**
 * A WAL whose ledger is gone or empty is refused before SQLite sees it, which would throw it away.
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

/** Whether a rebuild did not come to the rows that no line is about: they would look as if they had never been sent. */
export function isRebuildCut({ db }: Ledger): boolean {
  return readNote(db, 'rebuild') === BEGUN;
}

/** Notes that a rebuild is under way, or over. */
export function noteRebuild({ db }: Ledger, isBegun: boolean): void {
  writeNote(db, 'rebuild', isBegun ? BEGUN : '');
}

const BEGUN = 'begun';

/** @param folder as the user knows it */
export function rebuildCutError(folder: string): FalEditError {
  return usageError(
    `The ledger of ${folder} is only partly rebuilt. Nothing was sent.`,
    'Run the same command with --rebuild again. --again pays for what is missing.',
  );
}

/**
 * The summary of an earlier run is a trace of its edits where both records are gone.
 *
 * @param folder absolute
 * @param folderName the same as the user knows it
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

/** Whether a file begins like a picture: what does not is nothing that fal made. */
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

/** Pictures have the names of rows that the folder knows nothing of. */
export function forgottenPicturesError(folder: string, pictures: number): FalEditError {
  const what = pictures === 1 ? 'the picture of 1 row' : `the pictures of ${pictures} rows`;
  return usageError(
    `${folder} has ${what}, but ${LEDGER_FILE} and ${OUT_DIR_FILES.results} are missing or empty. Nothing was sent.`,
    BRING_BACK,
  );
}

/** How many rows were sent, as the summary has it; 0 where there is none that can be read. */
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
