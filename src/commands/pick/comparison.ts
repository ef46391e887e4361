import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { Context } from '../../context.js';
import { codeOf, inputError, type FalEditError } from '../../errors/error.js';
import { presentKeys } from '../../ledger/batch/earlier.js';
import { COMPARE_FILES, COMPARE_SCHEMA_VERSION } from '../../report/compare/files.js';
import { picksSentence } from '../../report/compare/picks-sentence.js';
import { pickTable } from '../../report/compare/tables.js';
import { readWorld } from '../../ledger/batch/notes.js';
import type { Cell } from '../../study/cell.js';
import { measureCells, type MeasuredCell } from '../../study/measured.js';
import { readChoices, type Choice } from '../../study/pick/choices.js';
import { allPairs } from '../../study/pick/pairs.js';
import { tableLines } from '../../terminal/table.js';
import { openOutDir } from '../batch/open.js';
import { pickCommand } from '../compare/outcome.js';
import { shortPath } from '../edit/document.js';

/** A comparison on the disk, with the choices so far. */
export interface FoundComparison {
  /** Absolute. */
  folder: string;
  edits: MeasuredCell[];
  choices: Choice[];
  /** Number of pairs, judged or not. */
  pairs: number;
  /** Its pictures are from the sandbox. */
  sandbox: boolean;
}

const comparisonFile = z.looseObject({
  schema_version: z.literal(COMPARE_SCHEMA_VERSION),
  cells: z.array(z.looseObject({ id: z.string(), at: z.record(z.string(), z.string()) })),
});

/** @param folder absolute @throws FalEditError (input): no comparison, or an unreadable one */
export async function comparisonIn(folder: string, context: Context): Promise<FoundComparison> {
  const cells = await cellsIn(folder);
  // Not kept open: choosing takes time, and the comparison may be run again meanwhile.
  const outDir = await openOutDir(folder, undefined, context, { readOnly: true, mustExist: true });
  try {
    const edits = await measureCells(cells, outDir.ledger, folder);
    const choices = await readChoices(folder, presentKeys(outDir.ledger.db));
    const sandbox = readWorld(outDir.ledger.db) === 'sandbox';
    return { folder, edits, choices, pairs: allPairs(edits).length, sandbox };
  } finally {
    await outDir.close();
  }
}

/** Rewrites the files of the comparison with the choices, and prints them. @param folder absolute */
export async function readPicks(
  folder: string,
  context: Context,
): Promise<{ text: string; document: Record<string, unknown> }> {
  const { writeComparison } = await import('../../report/compare/write.js');
  const outDir = await openOutDir(folder, undefined, context, { readOnly: true, mustExist: true });
  try {
    const { compared, document, page } = await writeComparison(await cellsIn(folder), {
      ...{ ledger: outDir.ledger, outDir: folder, cwd: context.cwd, now: context.now() },
      pickCommand: pickCommand(folder, context),
    });
    const { columns, rows } = pickTable(compared.picks);
    const titles = columns.map((title, index) => ({ title, right: index > 0 }));
    const sentence = picksSentence(compared.picks);
    const lines = [
      ...(compared.picks.length === 0 ? [] : await tableLines(titles, rows, context.stdout)),
      ...(context.stdout.isTTY === true ? ['', sentence, ''] : [sentence]),
      shortPath(page, context.cwd),
    ];
    return { text: lines.join('\n'), document: { picks: document['picks'] } };
  } finally {
    await outDir.close();
  }
}

async function cellsIn(folder: string): Promise<Cell[]> {
  const file = path.join(folder, COMPARE_FILES.document);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw noComparison(folder, codeOf(error));
  }
  try {
    const { cells } = comparisonFile.parse(JSON.parse(text));
    return cells.map(({ id, at }) => ({ id, at, fields: {} }));
  } catch {
    throw inputError(`${file} cannot be read as a comparison.`, {
      hint: 'Run the comparison again to rewrite it at no extra cost.',
    });
  }
}

/** @param code system error code of the missing file */
function noComparison(folder: string, code: string | undefined): FalEditError {
  if (code === 'ENOTDIR') {
    return inputError(`${folder} is not a folder.`, {
      hint: 'Name the folder of a comparison: fal-edit pick compare.out',
    });
  }
  return inputError(`${folder} has no comparison: ${whyNone(folder, code)}.`, {
    hint: 'Make one first: fal-edit compare photo.jpg -p "…"',
  });
}

function whyNone(folder: string, code: string | undefined): string {
  const { document } = COMPARE_FILES;
  if (code !== 'ENOENT') return `${document} in it cannot be read (${code ?? 'unknown reason'})`;
  return existsSync(folder) ? `no ${document} in it` : 'no such folder';
}
