import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { startSandbox, type Sandbox, type SandboxSettings } from '../../src/sandbox/server.js';
import { folderWithPhoto } from '../edit/harness.js';
import { schemaDocuments } from '../support/schemas.js';
import { Dice } from '../torture/dice.js';
import { BIN, spawned, type Ended } from './spawned.js';

const HOOK = path.join(import.meta.dirname, 'nth-step-hook.mjs');

/** As the hook has it. */
export type How = 'kill' | 'fail' | 'full' | 'broken';

/** One folder, one ledger, one fal. */
export interface Place {
  fal: Sandbox;
  cwd: string;
  stateDir: string;
  env: Record<string, string>;
  /** Where the hook notes the steps. */
  note: string;
}

/** Pictures of several pieces of 64 KB, unless told otherwise. */
export async function place(settings: SandboxSettings = {}): Promise<Place> {
  const quick = {
    documents: schemaDocuments(),
    ...{ queueMs: 5, inferenceMs: 20, renderPictures: false, pictureBytes: 200_000 },
    ...settings,
  };
  const [fal, cwd] = await Promise.all([startSandbox(quick), folderWithPhoto({ killed: true })]);
  const home = path.join(cwd, '.home');
  await mkdir(home);
  const stateDir = path.join(home, 'ledger');
  const env = { FAL_PROXY_URL: fal.proxyUrl, FAL_KEY: 'test-id:test-secret', FAL_EDIT_STATE_DIR: stateDir };
  return { fal, cwd, stateDir, env, note: path.join(home, 'steps') };
}

/** Runs a command with the hook in it. */
export function hooked(at: Place, argv: readonly string[], step = '', how: How = 'fail'): Promise<Ended> {
  const env = { ...at.env, NTH_STEP: step, NTH_STEP_HOW: how, NTH_STEP_NOTE: at.note };
  return spawned(process.execPath, ['--import', HOOK, BIN, ...argv], { cwd: at.cwd, env }).ended;
}

/** Runs it as users do. */
export const command = (at: Place, argv: readonly string[]): Promise<Ended> =>
  spawned(process.execPath, [BIN, ...argv], { cwd: at.cwd, env: at.env }).ended;

/** Temporary files that are left in the folder. */
export async function strayFiles({ cwd }: Place): Promise<string[]> {
  const files = await readdir(cwd, { recursive: true });
  return files.filter((file) => /\.part$|\.fal-edit-/.test(file));
}

/** The names of the steps that came so far, in their order. */
export async function noted({ note }: Place): Promise<string[]> {
  return (await readFile(note, 'utf8').catch(() => '')).split('\n').filter(Boolean);
}

/** Chooses the steps that a run takes: the same seed the same ones, so that a run can be looked at again. */
const seed = process.env['STEP_SEED'] ?? '1';
const takesAll = process.env['EVERY_STEP'] === '1';

/**
 * Tries each of a sample of the steps, three at once. `EVERY_STEP=1` takes all of them.
 *
 * @param count how many make the sample
 * @returns what went wrong, by step
 */
export async function tryEach(
  what: string,
  steps: readonly string[],
  count: number,
  attempt: (step: string) => Promise<void>,
): Promise<string[]> {
  const dice = new Dice(seed, what);
  const chosen = takesAll ? [...steps] : sample(steps, count, dice);
  console.log(`${what}: ${chosen.length} of ${steps.length} steps, STEP_SEED=${seed}`);
  const limit = pLimit(3);
  const failures = await Promise.all(
    chosen.map((step) =>
      limit(() =>
        attempt(step).then(
          () => [],
          (error: unknown) => [`${what} at "${step}" (STEP_SEED=${seed}): ${String(error)}`],
        ),
      ),
    ),
  );
  return failures.flat();
}

function sample(steps: readonly string[], count: number, dice: Dice): string[] {
  const left = [...steps];
  return Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(dice.whole(0, left.length - 1), 1),
  ).flat();
}
