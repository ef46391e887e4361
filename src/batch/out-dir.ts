import path from 'node:path';
import { LEDGER_FILE } from '../ledger/database.js';

/** What a batch calls its own files in the out-dir. */
export const OUT_DIR_FILES = {
  ledger: LEDGER_FILE,
  lock: 'batch.lock',
  /** The manifest of a run that read it from stdin is not kept; its rows are in the ledger. */
  results: 'results.jsonl',
  summary: 'summary.json',
  report: 'report.html',
  /** Thumbnails of the report. */
  reportFiles: 'report-files',
  /** What was measured on the pictures of a comparison or a sweep. */
  metrics: 'metrics.json',
  ...{ comparison: 'compare.json', comparisonPage: 'compare.html', picks: 'picks.json' },
  ...{ sweep: 'sweep.json', sweepPage: 'sweep.html', sheet: 'sheet.png' },
} as const;

/** The batch's own files, and what SQLite and we put beside them. */
const OWN = new RegExp(`^(${Object.values(OUT_DIR_FILES).join('|').replaceAll('.', '\\.')})(-|$)`);

/**
 * Why a picture of a row cannot have that path; undefined where it can.
 *
 * @param kept its path as `keptPath` has it for the out-dir
 */
export function outDirProblem(kept: string): string | undefined {
  if (path.isAbsolute(kept)) return `${kept} is outside of the out-dir, which holds all of a batch`;
  // Many file systems do not tell capitals apart.
  const [first = ''] = kept.toLowerCase().split('/');
  return OWN.test(first) ? `${kept} has the name of a file of the batch itself` : undefined;
}
