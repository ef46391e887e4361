/*
 * Pictures of done rows that get other names, killed at a step of that: the next run pays for nothing, and every
 * picture is there under its new name. `npm run test:long` takes every step; else each run takes another share.
 */
import { createHash } from 'node:crypto';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { folderWithPhoto } from '../edit/harness.js';
import { sandbox, type TestSandbox } from '../support/sandbox.js';
import { tempDir } from '../support/temp-dir.js';
import { resultsIn } from '../torture/batch-folder.js';
import { BIN, run, spawned, type Ended } from './spawned.js';

const HOOK = path.join(import.meta.dirname, 'nth-step-hook.mjs');
const PROMPTS = ['snow', 'rain', 'fog'];
const OWN = ['ledger.db', 'results.jsonl', 'summary.json', 'batch.lock'];

/** One step in so many is taken. */
const ONE_IN = process.env['EVERY_STEP'] === '1' ? 1 : 4;
const FIRST = Math.floor(Math.random() * ONE_IN);

const batch = (output: string): string[] => [
  ...['batch', 'rows.jsonl', '--out-dir', 'out', '-o', output],
  ...['--no-report', '--settle', '0s', '-q'],
];

/** Writes the manifest: a row for each prompt, with these ids. */
async function writeRows(cwd: string, ids: readonly string[]): Promise<void> {
  const rows = PROMPTS.map((prompt, index) => ({ id: ids[index], image: 'cat.png', prompt }));
  await writeFile(path.join(cwd, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** A folder whose rows are done, as `a.png`, `b.png` and `c.png`. */
async function done(fal: TestSandbox): Promise<string> {
  const cwd = await folderWithPhoto();
  await writeRows(cwd, ['a', 'b', 'c']);
  const { code, stderr } = await run(batch('{id}.png'), { cwd, env: fal.env });
  expect(code, stderr).toBe(0);
  return cwd;
}

/** Runs a batch with the hook in it, and kills it at that step. */
function hooked(
  cwd: string,
  argv: readonly string[],
  env: Record<string, string>,
  step = '',
): Promise<Ended> {
  const hook = { NTH_STEP: step, NTH_STEP_HOW: 'kill', NTH_STEP_NOTE: path.join(cwd, '.home', 'steps') };
  return spawned(process.execPath, ['--import', HOOK, BIN, ...argv], { cwd, env: { ...env, ...hook } }).ended;
}

/** What each prompt's picture is called, and its bytes as a hash; and every file that is nobody's. */
async function picturesIn(cwd: string) {
  const out = path.join(cwd, 'out');
  const pictures = await Promise.all(
    (await resultsIn(cwd)).map(async ({ prompt, images: [image] }) => {
      const name = image?.path ?? '';
      const bytes = await readFile(path.join(out, name)).catch(() => '');
      return { prompt, name, sha256: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
  const entries = await readdir(out, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(out, path.join(entry.parentPath, entry.name)));
  const known = [...OWN, ...pictures.map(({ name }) => name)];
  // A summary that was being written is no picture.
  const strays = files.filter((file) => !known.includes(file) && !/^\.fal-edit-summary-/.test(file));
  return { pictures, strays };
}

test.each([
  ['names that go round', ['b', 'c', 'a'], '{id}.png', ['b.png', 'c.png', 'a.png']],
  ['a folder of their own', ['a', 'b', 'c'], 'sub/{id}.png', ['sub/a.png', 'sub/b.png', 'sub/c.png']],
])('killed while the pictures get %s', { timeout: 600_000 }, async (_, ids, output, names) => {
  const fal = await sandbox({ renderPictures: false });
  const before = await done(fal);
  const { pictures: former } = await picturesIn(before);
  const expected = PROMPTS.map((prompt, index) => ({
    ...former.find((picture) => picture.prompt === prompt),
    name: names[index],
  }));
  await writeRows(before, ids);
  const copy = async (): Promise<string> => {
    const cwd = await tempDir({ killed: true });
    await cp(before, cwd, { recursive: true });
    return cwd;
  };

  const whole = await copy();
  expect(await hooked(whole, batch(output), fal.env)).toMatchObject({ code: 0 });
  const noted = (await readFile(path.join(whole, '.home', 'steps'), 'utf8'))
    .split('\n')
    .filter((step) => /^(file|ledger write).*, before #/.test(step));
  const isRename = (step: string): boolean => /^file rename: .*(\.png|-renamed\.part), /.test(step);
  expect(noted.filter(isRename).length).toBeGreaterThanOrEqual(PROMPTS.length);
  // With what is noted of it before and after.
  const steps = noted.slice(noted.findIndex(isRename) - 3, noted.findLastIndex(isRename) + 8);

  for (const step of steps.filter((_, index) => index % ONE_IN === FIRST)) {
    const cwd = await copy();
    const killed = await hooked(cwd, batch(output), fal.env, step);
    expect(killed.signal, step).toBe('SIGKILL');
    const again = await run(batch(output), { cwd, env: fal.env });
    expect(again.code, `${step}: ${again.stderr}`).toBe(0);
    const { pictures, strays } = await picturesIn(cwd);
    const inOrder = PROMPTS.map((prompt) => pictures.find((picture) => picture.prompt === prompt));
    expect({ pictures: inOrder, strays }, step).toEqual({ pictures: expected, strays: [] });
  }
  expect(fal.ledger().accepted).toHaveLength(PROMPTS.length);
});
