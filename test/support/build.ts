import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** The repository. */
export const ROOT = path.resolve(import.meta.dirname, '../..');

/** What the build is made of. */
const SOURCES = ['src', 'package.json', 'tsdown.config.ts'];
/** What it makes last as well as first: they stand or fall together. */
const PRODUCTS = ['dist/bin.js', 'dist/index.js', 'dist/index.d.ts'];

/** vitest's global setup: builds `dist/` when it is missing or older than its sources, so that no test sees an old one. */
export default async function build(): Promise<void> {
  const [changed, built] = await Promise.all([newest(SOURCES), oldest(PRODUCTS)]);
  if (changed < built) return;
  const tsdown = path.join(ROOT, 'node_modules/tsdown/dist/run.mjs');
  await promisify(execFile)(process.execPath, [tsdown], { cwd: ROOT }).catch((error: unknown) => {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`The build failed.\n${stdout}${stderr}`, { cause: error });
  });
}

/** Folders count too: their time is that of the last file that came or went. */
async function newest(names: readonly string[]): Promise<number> {
  const below = await Promise.all(
    names.map(async (name) => {
      const isFolder = (await stat(path.join(ROOT, name))).isDirectory();
      const files = isFolder ? await readdir(path.join(ROOT, name), { recursive: true }) : [];
      return [name, ...files.map((file) => path.join(name, file))];
    }),
  );
  return Math.max(...(await Promise.all(below.flat().map(changedAt))));
}

async function oldest(names: readonly string[]): Promise<number> {
  return Math.min(...(await Promise.all(names.map((name) => changedAt(name).catch(() => 0)))));
}

async function changedAt(name: string): Promise<number> {
  return (await stat(path.join(ROOT, name))).mtimeMs;
}
