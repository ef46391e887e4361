import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { edit, FalEditError, type EditCall } from '../../src/index.js';
import type { Role, Toxic } from '../../src/sandbox/faults/toxics.js';
import { stateIn } from '../support/ledger.js';
import { runCli, type CliOptions, type CliResult } from '../support/run-cli.js';
import type { TestSandbox } from '../support/sandbox.js';
import { tempDir, type TempDirOptions } from '../support/temp-dir.js';

/** What `--json` says, as far as tests look at it. */
export interface Document {
  status: 'ok' | 'error';
  error?: {
    kind: string;
    message: string;
    hint?: string;
    charged: string;
    details?: Record<string, unknown>;
  };
  request_id: string | null;
  job: string | null;
  state: string | null;
  seed: number;
  images: { path: string | null; width: number; height: number; nsfw: boolean | null }[];
  cost: {
    estimated_usd: number;
    billed_units: number | null;
    unit_price_usd: number;
    billed_usd: number | null;
  };
  timings: { queued_ms: number | null; inference_ms: number | null; total_ms: number };
  warnings: string[];
}

let cat: Promise<Buffer> | undefined;

/** A folder with a photo in it: `cat.png`, 96x64, small because each edit of it is rendered anew. */
export async function folderWithPhoto(options?: TempDirOptions): Promise<string> {
  const folder = await tempDir(options);
  cat ??= sharp('examples/chelsea.png').resize(96, 64).png().toBuffer();
  await writeFile(path.join(folder, 'cat.png'), await cat);
  return folder;
}

/** Pauses a twentieth as long, so that a test does not wait through every backoff. */
export function quickly(ms: number, signal?: AbortSignal): Promise<void> {
  return unhurried(ms / 20, signal);
}

/** Pauses as long as the program does. */
export async function unhurried(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** One edit of `cat.png` through the program, with `--json`, its pauses shortened. */
export async function editCat(
  options: Omit<CliOptions, 'cwd'> & { cwd?: string; image?: string },
  ...flags: string[]
): Promise<CliResult & { cwd: string; document: Document }> {
  const { image = 'cat.png', cwd = await folderWithPhoto(), context, ...rest } = options;
  const argv = [image, '-p', 'a watercolor', '-o', 'out.png', '--json', ...flags];
  const result = await runCli(argv, { ...rest, cwd, context: { sleep: quickly, ...context } });
  return { ...result, cwd, document: result.json<Document>() };
}

/** The same edit through the library; the error that it ended with, if it did. */
export async function editCatByLibrary(
  env: Record<string, string>,
  call: Partial<EditCall> = {},
): Promise<FalEditError | undefined> {
  const cwd = call.context?.cwd ?? (await folderWithPhoto());
  const folders = {
    config: path.join(cwd, '.home', 'config'),
    cache: path.join(cwd, '.home', 'cache'),
    state: stateIn(cwd),
  };
  try {
    await edit({
      images: ['cat.png'],
      prompt: 'a watercolor',
      output: 'out.png',
      ...call,
      context: { cwd, env, folders, sleep: quickly, ...call.context },
    });
    return undefined;
  } catch (error) {
    if (error instanceof FalEditError) return error;
    throw error;
  }
}

/** What lies in a folder apart from the photo and the user's own folders: results, and whatever was left behind. */
export async function leftIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name !== 'cat.png' && name !== '.home').sort();
}

/** Waits for a condition; fails after fifteen seconds, which is long on a quiet machine. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 15_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('it never came to that');
    await sleep(3);
  }
}

/** Whether a request of that role came. */
export const seen = (fal: TestSandbox, role: Role) => (): boolean =>
  (fal.ledger().requests.by_role[role] ?? 0) > 0;

/** Whether the first edit that fal took is in that state. */
export const inState = (fal: TestSandbox, state: string) => (): boolean =>
  fal.ledger().accepted[0]?.state === state;

type Status = Extract<Toxic, { type: 'status' }>;

/** A toxic that answers with a status code; a body that is no text is sent as JSON. */
export const statusToxic = (
  on: Status['on'],
  code: number,
  body?: unknown,
  headers = {},
  html = false,
): Toxic => ({
  type: 'status',
  on,
  code,
  html,
  headers,
  ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
});
