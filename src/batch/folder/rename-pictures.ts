/*
 * INVARIANT: a paid picture is never made again because of its name. At every moment it has its old name, a temporary
 * name of ours beside the new one, or the new name; after a kill in between, the next run can tell from the files. A
 * file that is not the batch's own is replaced only with --force.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { resultPath } from '../../edit/pictures/naming.js';
import { numbered } from '../../edit/plan/output.js';
import { tagOf } from '../../edit/pictures/placing.js';
import { isIntact, moveWhole } from '../../edit/pictures/save.js';
import { inputFieldError } from '../../errors/error.js';
import { extensionOf, formatOfExtension, formatOfType } from '../../images/received.js';
import { redirectedRows, redirectJob } from '../../ledger/batch/deliveries.js';
import { readNote, writeNote } from '../../ledger/batch/notes.js';
import { findRow, type RowWithJob } from '../../ledger/batch/states.js';
import type { Job, JobImage, OutputSpec } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';
import { keptPath } from '../../ledger/rows.js';
import { positionText } from '../manifest/entry.js';
import { outputOf, type PlannedRow } from '../rows/planned-row.js';
import { noteRenamed } from './renamed-results.js';

/** A picture to rename. Paths are absolute. */
export interface Move {
  row: RowWithJob;
  job: Job;
  image: JobImage;
  from: string;
  to: string;
  /** Temporary path while another picture may still have the new name. */
  between: string;
  force: boolean;
  numberWhenTaken: boolean;
  /** Why it does not get exactly the name that the row gives it. */
  warning?: string;
}

/** Notes, at each reading of the manifest, whether names may have changed. */
export function noteUnplaced({ db }: Pick<Ledger, 'db'>, mayBe: boolean): void {
  writeNote(db, 'unplaced', mayBe ? '1' : '');
}

/** The pictures of the batch whose names differ from those their rows give them. @param outDir absolute */
export function movesOf(ledger: Ledger, outDir: string): Move[] {
  if ((readNote(ledger.db, 'unplaced') ?? '') === '') return [];
  return redirected(ledger, outDir).flatMap((one) => movesOfRow(one, outDir));
}

/**
 * Renames the pictures of finished rows whose names have changed, and redirects results still at fal to their new
 * names. Sends nothing.
 *
 * @param outDir absolute
 * @returns the number of renamed pictures, and warnings of one line each
 * @throws FalEditError (input): a name is taken by a file that is not the batch's own; then nothing is renamed
 */
export async function renamePictures(ledger: Ledger, outDir: string): Promise<Renamed> {
  if ((readNote(ledger.db, 'unplaced') ?? '') === '') return { renamed: 0, warnings: [] };
  const rows = redirected(ledger, outDir);
  const moves = rows.flatMap((one) => movesOfRow(one, outDir));
  await refuseTaken(moves, outDir);
  for (const move of moves) await takeAway(move);
  for (const move of moves) move.to = await giveName(move);
  const moved = new Map(moves.map(({ job, image, to }) => [`${job.id} ${image.index}`, to]));
  ledger.db.transaction(() => {
    for (const { job, output } of rows) {
      redirectJob(ledger, job.id, output, filesOf(job, output, moved));
    }
    if (moves.length > 0) {
      noteRenamed(ledger);
      // Pages refer to the files by name.
      writeNote(ledger.db, 'shown', '');
    }
    writeNote(ledger.db, 'unplaced', '');
  });
  return { renamed: moves.length, warnings: moves.flatMap(({ warning }) => warning ?? []) };
}

export interface Renamed {
  renamed: number;
  warnings: string[];
}

interface Redirected {
  row: RowWithJob;
  job: Job;
  /** Output as the row has it now. */
  output: OutputSpec;
}

function redirected(ledger: Ledger, outDir: string): Redirected[] {
  return redirectedRows(ledger).flatMap((key) => {
    const row = findRow(ledger, key);
    const { job } = row ?? {};
    if (row === undefined || job === undefined) return [];
    return [{ row, job, output: outputOf(row.plan as PlannedRow, job, outDir) }];
  });
}

function movesOfRow({ row, job, output }: Redirected, outDir: string): Move[] {
  return job.images.flatMap((image) => {
    const { index, path: from, contentType } = image;
    if (from === undefined) return [];
    const format = formatOfType(contentType);
    // The extension of another file came from its bytes.
    const ext = format === undefined ? path.extname(from).slice(1) : extensionOf(format);
    const ending = { ext, isPicture: format !== undefined };
    const wanted = resultPath(output, fieldsOf(job), index, job.requestId, ending);
    const to = format === undefined ? wanted : truly(wanted, ext);
    const isNumbered = output.numberWhenTaken && unnumbered(from) === unnumbered(to);
    if (to === from || isNumbered) return [];
    const move: Move = {
      ...{ row, job, image, from, to, force: output.force, numberWhenTaken: output.numberWhenTaken },
      between: path.join(path.dirname(to), `.fal-edit-${tagOf(job.id, index)}-renamed.part`),
    };
    if (to !== wanted) move.warning = endingWarning(row, wanted, to, outDir);
    return [move];
  });
}

function fieldsOf({ images }: Job): (string | undefined)[] {
  return images.map(({ field }) => field);
}

/** Corrects the extension to the file's real type, if it is that of another picture type. */
function truly(file: string, ext: string): string {
  const { dir, name, ext: given } = path.parse(file);
  const named = formatOfExtension(given.slice(1).toLowerCase().replace('jpeg', 'jpg'));
  return named === undefined || extensionOf(named) === ext ? file : path.join(dir, `${name}.${ext}`);
}

function endingWarning(row: RowWithJob, wanted: string, to: string, outDir: string): string {
  const { ext } = path.parse(wanted);
  const format = formatOfExtension(ext.slice(1).toLowerCase().replace('jpeg', 'jpg')) ?? 'other';
  return `${nameOf(row)}: the picture you paid for is kept as ${keptPath(to, outDir)}, not ${ext}. To pay for one in that format, use --format ${format}.`;
}

function nameOf({ file, line, id }: RowWithJob): string {
  return `${positionText({ file, line })}${id === undefined ? '' : ` (${id})`}`;
}

/** Removes the number: `cat.edit.2.png` → `cat.edit.png`. */
function unnumbered(file: string): string {
  return file.replace(/\.\d+(\.[^./\\]+)$/, '$1');
}

async function refuseTaken(moves: readonly Move[], outDir: string): Promise<void> {
  const leaving = new Set(moves.map(({ from }) => from));
  const taken: Move[] = [];
  for (const move of moves) {
    if (move.force || move.numberWhenTaken || leaving.has(move.to) || !existsSync(move.to)) continue;
    if (!(await isThere(move))) taken.push(move);
  }
  const [first] = taken;
  if (first === undefined) return;
  const more = taken.length === 1 ? '' : ` (and ${taken.length - 1} more)`;
  throw inputFieldError(
    nameOf(first.row),
    `output: ${keptPath(first.to, outDir)} already exists and is not a picture of this row${more}. Nothing was sent or renamed.`,
    {
      hint: 'Overwrite it with --force, or choose another name.',
      details: { taken: taken.map(({ to }) => to) },
    },
  );
}

/** Whether an earlier run renamed the picture, and was killed before recording it. */
function isThere({ to, image }: Move): Promise<boolean> {
  return isIntact({ path: to, sha256: image.sha256 });
}

/** Moves a picture to its temporary path, so that pictures can swap names. */
async function takeAway(move: Move): Promise<void> {
  if (existsSync(move.between) || (await isThere(move)) || !existsSync(move.from)) return;
  await mkdir(path.dirname(move.between), { recursive: true });
  await rename(move.from, move.between);
}

/** Returns the picture's new path, or the one for fetching it again. */
async function giveName({ between, to, image, job, force }: Move): Promise<string> {
  if (!existsSync(between)) return to;
  const options = { force, tag: tagOf(job.id, image.index) };
  for (let number = 1; ; number++) {
    // The name was free a moment ago, or its row accepts any number.
    const target = numbered(to, number);
    if (await moveWhole(between, target, options)) return target;
  }
}

/** Paths of all pictures of a job: moved, unchanged or planned. */
function filesOf(job: Job, output: OutputSpec, moved: ReadonlyMap<string, string>): Map<number, string> {
  return new Map(
    job.images.flatMap(({ index, path: file, target }) => {
      if (target === undefined && file === undefined) return [];
      const planned = resultPath(output, fieldsOf(job), index, job.requestId);
      const name = moved.get(`${job.id} ${index}`) ?? file ?? planned;
      return [[index, name] as const];
    }),
  );
}
