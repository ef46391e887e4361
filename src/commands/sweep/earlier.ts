import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { isSheetName, SWEEP_FILES } from '../../study/sweep/files.js';

/** Files of an earlier run in its batch folder. */
export interface EarlierRun {
  /** Results as in sweep.json: relative to the batch folder. */
  pictures: string[];
  /** Names of contact sheets. */
  sheets: string[];
}

const documentOfFiles = z.looseObject({
  sheets: z.array(z.string()).default([]),
  cells: z.array(
    z.looseObject({
      result: z.looseObject({ images: z.array(z.looseObject({ path: z.string().nullable() })) }),
    }),
  ),
});

/**
 * Reads sweep.json; empty if it is missing or unreadable. Anybody may have edited it, so only names of the form of a
 * sheet count as sheets.
 *
 * @param outDir absolute
 */
export async function earlierRun(outDir: string): Promise<EarlierRun> {
  try {
    const text = await readFile(path.join(outDir, SWEEP_FILES.document), 'utf8');
    const { cells, sheets } = documentOfFiles.parse(JSON.parse(text));
    return {
      pictures: cells.flatMap(({ result }) => result.images.flatMap(({ path: file }) => file ?? [])),
      sheets: sheets.filter(isSheetName),
    };
  } catch {
    return { pictures: [], sheets: [] };
  }
}
