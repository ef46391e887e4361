import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { BatchSummary, ResultRow } from '../../../src/batch/rows/result-row.js';
import { quickly } from '../../edit/harness.js';
import { runCli, type CliOptions, type CliResult } from '../../support/run-cli.js';
import { sandbox, type TestSandbox, type TestSandboxSettings } from '../../support/sandbox.js';
import { tempDir } from '../../support/temp-dir.js';

const made = new Map<string, Promise<Buffer>>();

/** A square picture of one colour: each colour has other bytes. */
export function picture(colour: string, side = 16): Promise<Buffer> {
  const name = `${colour} ${side}`;
  const known = made.get(name);
  if (known !== undefined) return known;
  const create = { width: side, height: side, channels: 3 as const, background: colour };
  const fresh = sharp({ create }).png().toBuffer();
  made.set(name, fresh);
  return fresh;
}

export const RED = await picture('red');
export const GREEN = await picture('green');
export const BLUE = await picture('blue');

export type Files = Record<string, Uint8Array | string>;

/** A local fal, a folder with pictures in it, and ways to run batches there. */
export interface BatchScene {
  fal: TestSandbox;
  cwd: string;
  /** `fal-edit batch …` as it stands, with shortened pauses. */
  run: (argv: readonly string[], options?: Partial<CliOptions>) => Promise<CliResult>;
  /** The same into the folder `out`, without the report, which takes longer than all else. */
  batch: (...argv: string[]) => Promise<CliResult>;
  write: (files: Files) => Promise<void>;
  text: (name: string) => Promise<string>;
}

/** Pauses are a twentieth as long, and the clock that they are measured by runs as much faster. */
const hasty = { sleep: quickly, elapsed: () => performance.now() * 20 };

/** Quick, with plain pictures and room for all edits at once, unless told otherwise. */
export async function batchScene(files: Files = {}, settings: TestSandboxSettings = {}): Promise<BatchScene> {
  const fal = await sandbox({ queueMs: 0, inferenceMs: 0, renderPictures: false, runners: 100, ...settings });
  return sceneIn(await tempDir(), fal, { 'a.png': RED, 'b.png': GREEN, 'c.png': BLUE, ...files });
}

/** The same in a folder that is there already, perhaps another machine's. */
export async function sceneIn(cwd: string, fal: TestSandbox, files: Files = {}): Promise<BatchScene> {
  const write = async (more: Files): Promise<void> => {
    for (const [name, content] of Object.entries(more)) {
      await mkdir(path.dirname(path.join(cwd, name)), { recursive: true });
      await writeFile(path.join(cwd, name), content);
    }
  };
  await write(files);
  const run: BatchScene['run'] = (argv, { context, ...options } = {}) =>
    runCli(['batch', ...argv], { cwd, env: fal.env, ...options, context: { ...hasty, ...context } });
  return {
    fal,
    cwd,
    run,
    batch: (...argv) => run([...argv, '-d', 'out', '--no-report']),
    write,
    text: (name) => readFile(path.join(cwd, name), 'utf8'),
  };
}

/** Rows as a manifest of JSON lines. */
export const jsonl = (...rows: unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** The lines of a text, each of them whole. */
export function linesOf(text: string): string[] {
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error(`the last line is torn: ${text}`);
  return text.slice(0, -1).split('\n');
}

/** results.jsonl of an out-dir. */
export async function resultsIn({ text }: BatchScene, outDir = 'out'): Promise<ResultRow[]> {
  return linesOf(await text(`${outDir}/results.jsonl`)).map((line) => JSON.parse(line) as ResultRow);
}

export async function summaryIn({ text }: BatchScene, outDir = 'out'): Promise<BatchSummary> {
  return JSON.parse(await text(`${outDir}/summary.json`)) as BatchSummary;
}

/** What a person sees in a folder of the scene, with what lies below it. */
export async function namesIn({ cwd }: BatchScene, folder = 'out'): Promise<string[]> {
  const names = await readdir(path.join(cwd, folder), { recursive: true });
  return names.sort();
}

/** The inputs that fal accepted, in the order of their prompts. */
export function promptsAt(fal: TestSandbox): string[] {
  return fal
    .ledger()
    .accepted.map(({ input }) => (input as { prompt: string }).prompt)
    .sort();
}

/** Holds back all that fal says of edits that it has, at the point `hold`, until it is let go. */
export function holdStatus(fal: TestSandbox): void {
  fal.addToxic({ type: 'pause', on: 'stream', stream: 'upstream', name: 'hold' });
  // Whoever hears nothing on the stream asks.
  fal.addToxic({ type: 'pause', on: 'status', stream: 'upstream', name: 'hold status' });
}

export function letGo(fal: TestSandbox): void {
  for (const name of ['hold', 'hold status']) fal.release(name);
}
