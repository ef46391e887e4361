import path from 'node:path';
import { saveWhole } from '../../edit/pictures/save.js';
import { presentKeys } from '../../ledger/batch/earlier.js';
import { readWorld } from '../../ledger/batch/notes.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Cell } from '../../study/cell.js';
import { comparedOf, type Compared } from '../../study/compare/compared.js';
import { scatterOfSeeds } from '../../study/compare/scattered.js';
import { measureCells, type MeasuredCell } from '../../study/measured.js';
import { readChoices } from '../../study/pick/choices.js';
import { reportItem } from '../item.js';
import { ahead } from '../page/ahead.js';
import type { ReportItem } from '../page/data.js';
import { writeReport } from '../page/write.js';
import { cellDocument, comparisonDocument, type Comparison } from './document.js';
import { COMPARE_FILES } from './files.js';
import { comparisonHead } from './head.js';
import { verdictOf } from './verdict.js';

/** Thumbnails made at once. */
const AT_ONCE = 2;

export interface ComparisonFiles {
  ledger: Ledger;
  /** Absolute. */
  outDir: string;
  /** Absolute; where the commands on the page are run. */
  cwd: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** The command with which people choose blind. */
  pickCommand: string;
}

/** A comparison as written. */
export interface WrittenComparison {
  compared: Compared;
  verdict: string[];
  edits: MeasuredCell[];
  /** compare.json without its cells. */
  document: Comparison;
  /** Absolute path of the page. */
  page: string;
}

/**
 * Measures the results of a comparison and writes compare.json and compare.html, each whole or not at all.
 *
 * @throws the system's error; FalEditError (input): people's choices cannot be read
 */
export async function writeComparison(
  cells: readonly Cell[],
  { ledger, outDir, cwd, now, pickCommand }: ComparisonFiles,
): Promise<WrittenComparison> {
  const edits = await measureCells(cells, ledger, outDir);
  const models = [...new Set(cells.map(({ at }) => at['model'] ?? ''))];
  const compared = comparedOf(
    models,
    edits,
    await scatterOfSeeds(edits, outDir),
    await readChoices(outDir, presentKeys(ledger.db)),
    readWorld(ledger.db) === 'sandbox',
  );
  const verdict = verdictOf(compared, pickCommand);
  const madeAt = new Date(now).toISOString();
  const { secrets } = ledger.db;
  const document = secrets.redactIn(comparisonDocument(compared, verdict, madeAt));
  const whole = { ...document, cells: secrets.redactIn(edits.map(cellDocument)) };
  await saveWhole(
    path.join(outDir, COMPARE_FILES.document),
    Buffer.from(`${JSON.stringify(whole, undefined, 2)}\n`),
    { force: true, tag: 'compare' },
  );
  const page = path.join(outDir, COMPARE_FILES.page);
  await writeReport(
    page,
    secrets.redactIn(comparisonHead(compared, edits, verdict, madeAt)),
    ahead(edits, AT_ONCE, async (edit) => secrets.redactIn(await itemOf(edit, outDir, cwd))),
  );
  return { compared, verdict, edits, document, page };
}

async function itemOf(
  { cell, row, metrics }: MeasuredCell,
  outDir: string,
  cwd: string,
): Promise<ReportItem> {
  const item = await reportItem(row, outDir, cwd);
  const { change = null, hashDistance = null, colourShift = null, sharpness = null } = metrics ?? {};
  return {
    ...item,
    at: cell.at,
    figures: { change, hashDistance, colourShift, sharpness, ...item.figures },
  };
}
