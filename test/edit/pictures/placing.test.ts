/* Where the pictures of an edit go: names that are taken, on the disk or by what other jobs are about to save. */
import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Journal } from '../../../src/edit/journal.js';
import { choosePaths, putPicture } from '../../../src/edit/pictures/placing.js';
import type { OutputSpec } from '../../../src/ledger/job.js';
import { intend, newRequestId, oneProcess, plan } from '../../ledger/machine.js';
import { tempDir } from '../../support/temp-dir.js';

const BYTES = Buffer.from('a picture');

/** As much of an edit's life as the names of its pictures depend on, with a ledger of its own. */
async function life(
  { template = 'a.png', count = 1, force = false, asPromised = true } = {},
  folder?: string,
  process?: Awaited<ReturnType<typeof oneProcess>>,
) {
  const cwd = folder ?? (await tempDir());
  const { ledger } = process ?? (await oneProcess());
  const id = plan(ledger);
  intend(ledger, id);
  ledger.accept(id, newRequestId());
  const job = ledger.mustFind(id);
  const output: OutputSpec = {
    ...{ kind: 'files', cwd, template, numberWhenTaken: true, name: 'cat', seed: 7, model: 'm', ext: 'png' },
    ...{ count, force, keepBlanked: false },
  };
  const journal = new Journal(ledger, job, () => undefined);
  return { cwd, ledger, id, output, journal, asPromised };
}

type Part = Awaited<ReturnType<typeof life>>;

const nobodyElse = (): boolean => false;

/** Chooses the names and writes them down, as a finished edit does. */
function complete(part: Part, wanted: boolean[] = [true]): Promise<readonly (string | undefined)[]> {
  return part.journal.completed({
    result: { images: [] },
    targets: (isPromised) => choosePaths(part, wanted, isPromised),
  });
}

const names = (files: readonly (string | undefined)[]): (string | undefined)[] =>
  files.map((file) => (file === undefined ? undefined : path.basename(file)));

describe('choosing', () => {
  test('the first name, where it is free', async () => {
    const part = await life();
    expect(choosePaths(part, [true], nobodyElse)).toEqual([path.join(part.cwd, 'a.png')]);
  });

  test.each([
    ['a file', (file: string) => writeFile(file, '')],
    ['a folder', (file: string) => mkdir(file)],
    ['a link to nowhere', (file: string) => symlink('nowhere', file)],
  ])('%s in the way is passed by', async (_, block) => {
    const part = await life();
    await block(path.join(part.cwd, 'a.png'));
    await block(path.join(part.cwd, 'a.2.png'));
    expect(names(choosePaths(part, [true], nobodyElse))).toEqual(['a.3.png']);
  });

  test('with force the first name, whatever has it', async () => {
    const part = await life({ force: true });
    await writeFile(path.join(part.cwd, 'a.png'), '');
    expect(names(choosePaths(part, [true], () => true))).toEqual(['a.png']);
  });

  test('several pictures have names of their own; one that is not wanted has none', async () => {
    const part = await life({ count: 3 });
    await writeFile(path.join(part.cwd, 'a.2.png'), '');
    // The second is passed by to the number that the third would have had.
    expect(names(choosePaths(part, [true, true, true], nobodyElse))).toEqual([
      'a.png',
      'a.2.2.png',
      'a.3.png',
    ]);
    expect(names(choosePaths(part, [true, false, true], nobodyElse))).toEqual([
      'a.png',
      undefined,
      'a.3.png',
    ]);
  });

  test('what another job is about to save is passed by', async () => {
    const process = await oneProcess();
    const folder = await tempDir();
    const [first, second] = [await life({}, folder, process), await life({}, folder, process)];
    expect([names(await complete(first)), names(await complete(second))]).toEqual([['a.png'], ['a.2.png']]);
    // Whoever completes one again is told the same.
    expect([names(await complete(first)), names(await complete(second))]).toEqual([['a.png'], ['a.2.png']]);
  });

  test('bytes for a stream have no name', async () => {
    const part = await life();
    part.output.kind = 'stream';
    expect(choosePaths(part, [true], nobodyElse)).toEqual([undefined]);
  });
});

describe('placing', () => {
  test('the chosen name', async () => {
    const part = await life();
    const [chosen = ''] = await complete(part);
    expect(await putPicture(part, 0, chosen, BYTES)).toBe(path.join(part.cwd, 'a.png'));
    expect(await readFile(chosen)).toEqual(BYTES);
    expect(await readdir(part.cwd)).toEqual(['a.png']);
  });

  test.each([
    ['a file', (file: string) => writeFile(file, 'mine')],
    ['a folder', (file: string) => mkdir(file)],
    ['a link to nowhere', (file: string) => symlink('nowhere', file)],
  ])('%s that came meanwhile keeps the name; the ledger knows the next one', async (_, block) => {
    const part = await life();
    const [chosen = ''] = await complete(part);
    await block(chosen);
    const second = path.join(part.cwd, 'a.2.png');
    expect(await putPicture(part, 0, chosen, BYTES)).toBe(second);
    expect(await readFile(second)).toEqual(BYTES);
    expect(part.ledger.mustFind(part.id).images).toMatchObject([{ target: second }]);
    expect((await readdir(part.cwd)).sort()).toEqual(['a.2.png', 'a.png']);
  });

  test('the same picture is there already: another command was quicker, and it keeps its one name', async () => {
    const part = await life();
    const [chosen = ''] = await complete(part);
    await writeFile(chosen, BYTES);
    expect(await putPicture(part, 0, chosen, BYTES)).toBe(chosen);
    expect(await readdir(part.cwd)).toEqual(['a.png']);
  });

  test('a picture that is there already is not written once more: nothing could be left of it', async () => {
    const part = await life();
    const [chosen = ''] = await complete(part);
    await writeFile(chosen, BYTES);
    const before = await stat(part.cwd, { bigint: true });
    expect(await putPicture(part, 0, chosen, BYTES)).toBe(chosen);
    expect((await stat(part.cwd, { bigint: true })).mtimeNs).toBe(before.mtimeNs);
  });

  test('many at once save the same picture of one job: one file', async () => {
    const part = await life();
    const [chosen = ''] = await complete(part);
    const placed = await Promise.all(Array.from({ length: 12 }, () => putPicture(part, 0, chosen, BYTES)));
    expect(new Set(placed)).toEqual(new Set([chosen]));
    expect(await readdir(part.cwd)).toEqual(['a.png']);
  });

  test('many at once save the same picture while something else has the name: one file beside it', async () => {
    const part = await life();
    const [chosen = ''] = await complete(part);
    await writeFile(chosen, 'mine');
    const placed = await Promise.all(Array.from({ length: 12 }, () => putPicture(part, 0, chosen, BYTES)));
    expect(new Set(placed)).toEqual(new Set([path.join(part.cwd, 'a.2.png')]));
    expect((await readdir(part.cwd)).sort()).toEqual(['a.2.png', 'a.png']);
  });

  test('many jobs at once to one name: each has a file of its own, whole', async () => {
    const process = await oneProcess();
    const folder = await tempDir();
    const parts = await Promise.all(Array.from({ length: 12 }, () => life({}, folder, process)));
    // Nothing is on the disk yet, so that every one of them wants the same name.
    const chosen = parts.map((part) => choosePaths(part, [true], nobodyElse)[0] ?? '');
    expect(new Set(chosen).size).toBe(1);
    const placed = await Promise.all(
      parts.map((part, index) => putPicture(part, 0, chosen[index]!, Buffer.from(`picture ${index}`))),
    );
    expect(new Set(placed).size).toBe(12);
    expect(await Promise.all(placed.map((file) => readFile(file, 'utf8')))).toEqual(
      parts.map((_, index) => `picture ${index}`),
    );
    expect(await readdir(folder)).toHaveLength(12);
  });

  test('where somebody asked for another place, the same bytes under the name are not taken for ours', async () => {
    const part = await life({ asPromised: false });
    const [chosen = ''] = choosePaths(part, [true], nobodyElse);
    await writeFile(chosen, BYTES);
    expect(path.basename(await putPicture(part, 0, chosen, BYTES))).toBe('a.2.png');
  });

  test('with force it replaces what came meanwhile', async () => {
    const part = await life({ force: true });
    const [chosen = ''] = await complete(part);
    await writeFile(chosen, 'old');
    expect(await putPicture(part, 0, chosen, BYTES)).toBe(chosen);
    expect(await readFile(chosen)).toEqual(BYTES);
  });

  test('a folder that cannot be made is an error that leaves nothing', async () => {
    const part = await life({ template: 'sub/a.png' });
    const [chosen = ''] = await complete(part);
    await writeFile(path.join(part.cwd, 'sub'), '');
    await expect(putPicture(part, 0, chosen, BYTES)).rejects.toMatchObject({
      code: expect.stringMatching(/ENOTDIR|EEXIST/) as string,
    });
    expect(await readdir(part.cwd)).toEqual(['sub']);
  });
});
