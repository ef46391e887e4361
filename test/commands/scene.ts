import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { runCli, type CliOptions } from '../support/run-cli.js';
import { sandbox, type TestSandbox } from '../support/sandbox.js';
import { tempDir } from '../support/temp-dir.js';

const example = (name: string) => readFile(new URL(`../../examples/${name}`, import.meta.url));
export const CHELSEA = await example('chelsea.png');
export const ROCKET = await example('rocket.jpg');

/** The cat, 48 x 32: quick to edit. */
export const SMALL = await sharp(CHELSEA).resize(48, 32, { fit: 'fill' }).png().toBuffer();
export const small = () => sharp(SMALL);

/** Hexadecimal, as in documents and ledgers. */
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A folder with these files, a sandbox that answers at once, and a way to run in them. */
export async function scene(files: Record<string, Uint8Array | string> = { 'photo.png': SMALL }) {
  const fal = await sandbox({ queueMs: 0, inferenceMs: 0 });
  const cwd = await tempDir();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(cwd, name)), { recursive: true });
    await writeFile(path.join(cwd, name), content);
  }
  const run = (argv: string[], options: Partial<CliOptions> = {}) =>
    runCli(argv, { cwd, env: fal.env, ...options });
  return { fal, cwd, run, file: (name: string) => readFile(path.join(cwd, name)) };
}

/** The names in a folder that a person sees there. */
export const visible = async (folder: string) =>
  (await readdir(folder)).filter((name) => name !== '.home').sort();

/** What arrived: the bytes behind the first URL in a field of the one accepted edit. */
export async function arrived(fal: TestSandbox, field = 'image_url'): Promise<Buffer> {
  const input = fal.ledger().accepted[0]!.input as Record<string, unknown>;
  const answer = await fetch(String([input[field]].flat()[0]));
  return Buffer.from(await answer.arrayBuffer());
}

/** The parts of a dry run's document that tests look at. */
export interface DryRun {
  input: Record<string, unknown>;
  uploads: Record<string, unknown>[];
  outputs: string[];
  estimate: Record<string, unknown>;
}
