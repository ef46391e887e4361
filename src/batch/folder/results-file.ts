import { SaveError } from '../../errors/failures.js';
import { existsSync } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, FalEditError, inputError, messageOf } from '../../errors/error.js';
import {
  forgetReported,
  isSealed,
  markReported,
  sealReported,
  unreportedRows,
} from '../../ledger/batch/reported.js';
import { findRow } from '../../ledger/batch/states.js';
import type { Ledger } from '../../ledger/ledger.js';
import { stampText } from './file-stamp.js';
import { OUT_DIR_FILES } from './out-dir.js';
import { isWhole, linesOf, reportedEdit } from './records.js';
import { catchUpResults } from './renamed-results.js';
import { resultOf } from '../run/result.js';
import { writtenRow } from '../run/sandbox-cost.js';
import type { ResultRow } from '../rows/result-row.js';

/**
 * results.jsonl: a line for each row that ended, in the order of ending. The ledger is authoritative; if a run is
 * killed between writing the two, a line may be missing or torn, and the next run repairs it.
 */
export class ResultsFile {
  /** Lines waiting to be written. */
  private waiting: ResultRow[] = [];
  private writing: Promise<void> = Promise.resolve();
  /** Whether every expected line is known to be in the file. */
  private isRead = false;

  private constructor(
    private readonly handle: FileHandle,
    private readonly file: string,
    private readonly ledger: Ledger,
  ) {}

  /**
   * Opens the file in an out-dir, and adds lines missing from it.
   *
   * @param reported jobs in its lines, if it was just read
   * @throws FalEditError (input)
   */
  static async open(outDir: string, ledger: Ledger, reported?: ReadonlySet<string>): Promise<ResultsFile> {
    const file = path.join(outDir, OUT_DIR_FILES.results);
    let handle: FileHandle | undefined;
    try {
      handle = await open(file, 'a+');
      await endWithWholeLine(handle);
      await catchUpResults(file, outDir, ledger);
      // The file may have been replaced.
      await handle.close();
      handle = await open(file, 'a+');
    } catch (error) {
      await handle?.close();
      throw inputError(`${file} cannot be written (${codeOf(error) ?? 'unknown reason'}). Nothing was sent.`);
    }
    const results = new ResultsFile(handle, file, ledger);
    if (isSealed(ledger.db, await stampOf(handle))) return results;
    forgetReported(ledger.db);
    results.isRead = true;
    for (const job of reported ?? (await jobsIn(file))) markReported(ledger.db, job);
    for (const key of unreportedRows(ledger.db)) {
      const row = findRow(ledger, key);
      if (row !== undefined) await results.append(resultOf(row, outDir));
    }
    return results;
  }

  /**
   * Appends a whole line, in order. Lines that arrive during a write are written together next.
   *
   * @throws FalEditError (failed); no line is written after that
   */
  append(row: ResultRow): Promise<void> {
    this.waiting.push(row);
    if (this.waiting.length === 1) this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  private async write(): Promise<void> {
    const rows = this.waiting.splice(0);
    try {
      await this.handle.appendFile(
        rows.map((row) => `${JSON.stringify(this.ledger.db.secrets.redactIn(writtenRow(row)))}\n`).join(''),
      );
    } catch (error) {
      throw unwrittenError(this.file, error);
    }
    if (!this.isRead) return;
    for (const { job } of rows) if (job !== null) markReported(this.ledger.db, job);
  }

  /** Waits for pending writes, and for the disk. */
  async close(): Promise<void> {
    try {
      await this.writing;
      await this.handle.sync();
      if (this.isRead) sealReported(this.ledger.db, await stampOf(this.handle));
    } catch (error) {
      throw error instanceof FalEditError ? error : unwrittenError(this.file, error);
    } finally {
      await this.handle.close();
    }
  }
}

/**
 * Renames the file before its edits are paid for again; the next run begins a new one.
 *
 * @returns its absolute path
 * @throws FalEditError (input)
 */
export async function setResultsAside(outDir: string): Promise<string> {
  const file = path.join(outDir, OUT_DIR_FILES.results);
  for (let number = 1; ; number++) {
    const aside = `${file}-${number}`;
    if (existsSync(aside)) continue;
    try {
      await rename(file, aside);
      return aside;
    } catch (error) {
      throw inputError(`${file} cannot be renamed (${codeOf(error) ?? 'unknown reason'}). Nothing was sent.`);
    }
  }
}

async function stampOf(handle: FileHandle): Promise<string> {
  return stampText(await handle.stat());
}

function unwrittenError(file: string, error: unknown): FalEditError {
  return new SaveError(`${file} cannot be written (${codeOf(error) ?? messageOf(error)}).`, file, {
    charged: 'maybe',
    hint: 'Free disk space. The results are in the ledger; run the same command again to write them and continue.',
    origin: error,
  });
}

/** Removes a torn last line of a killed run, or adds a missing newline to a whole one. */
async function endWithWholeLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  if (size === 0 || (await byteAt(handle, size - 1)) === NEWLINE) return;
  const start = await lastLineStart(handle, size);
  const torn = Buffer.alloc(size - start);
  await handle.read(torn, 0, torn.byteLength, start);
  if (isWhole(torn.toString())) await handle.appendFile('\n');
  else await handle.truncate(start);
}

const NEWLINE = 10;
/** Bytes read at a time when searching for the start of the last line. */
const STEP = 64 * 1024;

async function lastLineStart(handle: FileHandle, size: number): Promise<number> {
  for (let end = size; end > 0; end -= STEP) {
    const from = Math.max(0, end - STEP);
    const piece = Buffer.alloc(end - from);
    await handle.read(piece, 0, piece.byteLength, from);
    const at = piece.lastIndexOf(NEWLINE);
    if (at >= 0) return from + at + 1;
  }
  return 0;
}

async function byteAt(handle: FileHandle, position: number): Promise<number> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, position);
  return buffer[0] ?? 0;
}

/** The jobs in its lines. */
async function jobsIn(file: string): Promise<Set<string>> {
  const jobs = new Set<string>();
  for await (const line of linesOf(file)) {
    const edit = reportedEdit(line);
    if (edit !== undefined) jobs.add(edit.job);
  }
  return jobs;
}
