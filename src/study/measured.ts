import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { resultOf } from '../batch/run/result.js';
import { mainPicture, type ResultRow } from '../batch/rows/result-row.js';
import type { PlannedRow } from '../batch/rows/planned-row.js';
import { PictureError } from '../images/picture-errors.js';
import { measurePicture, type PictureMetrics } from '../images/metrics/measure.js';
import { rowsInOrder, type RowWithJob } from '../ledger/batch/states.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Cell } from './cell.js';
import { readMetrics, writeMetrics } from './metrics-file.js';

/** A cell with its result. */
export interface MeasuredCell {
  cell: Cell;
  row: RowWithJob;
  result: ResultRow;
  /** Measures of its first picture against the input; null if there is none on the disk. */
  metrics: PictureMetrics | null;
}

const AT_ONCE = 2;

/**
 * Measures the results of all cells in the ledger, in order. Reuses measurements of earlier runs.
 *
 * @param outDir absolute
 */
export async function measureCells(
  cells: readonly Cell[],
  ledger: Ledger,
  outDir: string,
): Promise<MeasuredCell[]> {
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const known = await readMetrics(outDir);
  const measured = new Map<string, PictureMetrics>();
  const limit = pLimit(AT_ONCE);
  const waiting: Promise<MeasuredCell>[] = [];
  for (const row of rowsInOrder(ledger)) {
    const cell = row.id === undefined ? undefined : byId.get(row.id);
    if (cell === undefined) continue;
    waiting.push(
      limit(async () => {
        const result = resultOf(row, outDir);
        const metrics = await metricsOf(row, result, outDir, known);
        if (metrics !== null) measured.set(keyOf(row, result), metrics);
        return { cell, row, result, metrics };
      }),
    );
  }
  const all = await Promise.all(waiting);
  await writeMetrics(outDir, measured);
  return all;
}

async function metricsOf(
  row: RowWithJob,
  result: ResultRow,
  outDir: string,
  known: ReadonlyMap<string, PictureMetrics>,
): Promise<PictureMetrics | null> {
  const file = mainPicture(result)?.path;
  if (file === null || file === undefined) return null;
  const measured = known.get(keyOf(row, result));
  if (measured !== undefined) return measured;
  const picture = await bytesOf(path.resolve(outDir, file));
  if (picture === undefined) return null;
  const [input] = result.inputs;
  const isHere = input !== undefined && !/^https?:/i.test(input);
  const edited = isHere ? await bytesOf(path.resolve(outDir, input)) : undefined;
  try {
    return await measurePicture(picture, edited, uploadedOf(row)?.prepared?.background);
  } catch (error) {
    // The file has changed since: it cannot be measured, but the others still can.
    if (error instanceof PictureError) return null;
    throw error;
  }
}

/** Key of a measurement, from the bytes of both pictures: a changed input is a new comparison. */
function keyOf(row: RowWithJob, result: ResultRow): string {
  return `${mainPicture(result)?.sha256 ?? ''} ${uploadedOf(row)?.upload?.sha256 ?? ''}`;
}

function uploadedOf({ plan }: RowWithJob): PlannedRow['attachments'][number] | undefined {
  return (plan as PlannedRow).attachments.find(({ upload }) => upload !== undefined);
}

async function bytesOf(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch {
    return undefined;
  }
}
