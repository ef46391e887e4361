import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BatchSummary, ResultRow } from '../../batch/result-row.js';
import { codeOf, messageOf } from '../../errors.js';
import type { Terminal } from '../../terminal/terminal.js';

/**
 * Writes a batch as JUnit XML, and makes the folder for it. Where that fails it is told, and is no reason to end
 * otherwise.
 *
 * @param file absolute
 * @param outDir as the CI server finds it
 */
export async function writeJunit(
  file: string,
  summary: BatchSummary,
  rows: Iterable<ResultRow>,
  outDir: string,
  terminal: Terminal,
): Promise<void> {
  try {
    const { junitXml } = await import('../../report/junit.js');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, junitXml(summary, rows, { outDir }));
  } catch (error) {
    terminal.warn(`${file} could not be written: ${codeOf(error) ?? messageOf(error)}.`);
  }
}
