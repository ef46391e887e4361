import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { isSheetName, SWEEP_FILES } from '../../study/sweep/files.js';

/** What an earlier run has left in its out-dir. */
export interface EarlierRun {
  /** Results, as sweep.json names them: relative to the out-dir. */
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
 * What sweep.json lists; nothing where there is none, or none that can be read. Anybody may have written in it: of its
 * sheets, those count that have the name of one.
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
