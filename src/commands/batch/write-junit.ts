import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BatchSummary, ResultRow } from '../../batch/rows/result-row.js';
import { refuseLinkBelow } from '../../batch/folder/out-dir.js';
import { codeOf, messageOf } from '../../errors/error.js';
import type { Terminal } from '../../terminal/terminal.js';
import { shortPath } from '../edit/document.js';

/**
 * Writes a batch as JUnit XML, and creates its folder. A failure is only a warning and does not change the exit code.
 *
 * @param file absolute
 * @param outDir absolute
 */
export async function writeJunit(
  file: string,
  summary: BatchSummary,
  rows: Iterable<ResultRow>,
  { outDir, cwd }: { outDir: string; cwd: string },
  terminal: Terminal,
): Promise<void> {
  try {
    const { junitXml } = await import('../../report/junit.js');
    await refuseLinkBelow(file, outDir);
    await mkdir(path.dirname(file), { recursive: true });
    // With a path at which the CI server finds it.
    await writeFile(file, junitXml(summary, rows, { outDir: shortPath(outDir, cwd) }));
  } catch (error) {
    terminal.warn(`Could not write ${file}: ${codeOf(error) ?? messageOf(error)}.`);
  }
}
