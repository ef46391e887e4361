import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ResultRow } from '../../../src/batch/rows/result-row.js';
import { quickly } from '../../edit/harness.js';
import { connect } from '../../ledger/opened.js';
import { runCli, type CliResult } from '../../support/run-cli.js';
import { sandbox, type TestSandbox } from '../../support/sandbox.js';
import { tempDir } from '../../support/temp-dir.js';

export const FIXTURES = path.join(import.meta.dirname, '../../fixtures/batches');

/** A copy of a fixture, and a fal. */
export interface Folder {
  fal: TestSandbox;
  cwd: string;
  /** The command that made the folder, with further words. */
  again: (...more: string[]) => Promise<CliResult>;
  run: (...argv: string[]) => Promise<CliResult>;
}

export async function folder(name: string, version = 'version-1'): Promise<Folder> {
  const fal = await sandbox({ queueMs: 0, inferenceMs: 0, renderPictures: false, runners: 100 });
  const cwd = await tempDir();
  await cp(path.join(FIXTURES, version, name), cwd, { recursive: true });
  const argv = JSON.parse(await readFile(path.join(cwd, 'command.json'), 'utf8')) as string[];
  const run = (...words: string[]): Promise<CliResult> =>
    runCli(words, { cwd, env: fal.env, context: { sleep: quickly } });
  return { fal, cwd, run, again: (...more) => run(...argv, '-d', 'out', ...more) };
}

interface KeptRow {
  key: string;
  fingerprint: number;
  jobs: number;
  file: string | null;
}

export function rowsIn(cwd: string, out = 'out'): KeptRow[] {
  const db = connect(path.join(cwd, out));
  return db
    .prepare(
      `SELECT key, fingerprint, (SELECT count(*) FROM jobs WHERE asked_hash = key) AS jobs,
         (SELECT path FROM images JOIN jobs ON jobs.id = job_id WHERE asked_hash = key) AS file
       FROM batch_rows ORDER BY id, key`,
    )
    .all() as KeptRow[];
}

export const resultsIn = async (cwd: string, out = 'out'): Promise<ResultRow[]> =>
  (await readFile(path.join(cwd, out, 'results.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ResultRow);

export const requestsAt = (fal: TestSandbox): number =>
  Object.values(fal.ledger().requests.by_role).reduce((sum: number, count) => sum + count, 0);

export const NAMES = ['plain', 'converted', 'named', 'weights', 'shard', 'sweep', 'compare'];
