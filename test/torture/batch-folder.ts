import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { startSandbox, type Sandbox, type SandboxSettings } from '../../src/sandbox/server.js';
import type { BatchSummary, ResultRow } from '../../src/batch/rows/result-row.js';
import { folderWithPhoto } from '../edit/harness.js';
import { start, type Ended, type Spawned } from '../blackbox/spawned.js';

/** A manifest in a folder, a fal, and the built program to run the one with the other. */
export interface BatchFolder {
  fal: Sandbox;
  cwd: string;
  /** Starts `fal-edit batch` on the manifest. */
  start: (...flags: string[]) => Spawned;
  /** Runs it to its end. */
  run: (...flags: string[]) => Promise<Ended>;
}

/** @param prompts one for each row; no two are the same, so that fal's record tells the rows apart */
export async function batchFolder(
  prompts: readonly string[],
  settings: SandboxSettings = {},
): Promise<BatchFolder> {
  const fal = await startSandbox({
    ...{ queueMs: 0, inferenceMs: 20, runners: 40, renderPictures: false },
    ...settings,
  });
  onTestFinished(() => fal.close());
  const cwd = await folderWithPhoto({ killed: true });
  await writeRows(cwd, prompts);
  const env = { FAL_PROXY_URL: fal.proxyUrl, FAL_KEY: 'test-id:test-secret' };
  const begin = (...flags: string[]): Spawned =>
    start(['batch', 'rows.jsonl', '--out-dir', 'out', ...flags], { cwd, env });
  return { fal, cwd, start: begin, run: (...flags) => begin(...flags).ended };
}

/** Writes the manifest anew. */
export async function writeRows(cwd: string, prompts: readonly string[]): Promise<void> {
  const rows = prompts.map((prompt) => `${JSON.stringify({ image: 'cat.png', prompt })}\n`);
  await writeFile(path.join(cwd, 'rows.jsonl'), rows.join(''));
}

/** The lines of results.jsonl. */
export async function resultsIn(cwd: string, folder = 'out'): Promise<ResultRow[]> {
  const text = await readFile(path.join(cwd, folder, 'results.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ResultRow);
}

export async function summaryIn(cwd: string, folder = 'out'): Promise<BatchSummary> {
  return JSON.parse(await readFile(path.join(cwd, folder, 'summary.json'), 'utf8')) as BatchSummary;
}

/** How often fal took an edit of each prompt. */
export function acceptedByPrompt({ ledger }: Pick<Sandbox, 'ledger'>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { input } of ledger().accepted) {
    const { prompt } = input as { prompt: string };
    counts.set(prompt, (counts.get(prompt) ?? 0) + 1);
  }
  return counts;
}
