import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergeParts, type Part } from '../../src/batch/merge.js';
import type { PlannedRow } from '../../src/batch/rows/planned-row.js';
import { putMeasured } from '../../src/ledger/batch/rows.js';
import { findRow } from '../../src/ledger/batch/states.js';
import { findUpload, putUpload } from '../../src/ledger/batch/uploads.js';
import { tempDir } from '../support/temp-dir.js';
import { openBatch } from '../ledger/batch/rows.js';
import { intend, jobIn, picture, plan } from '../ledger/machine.js';
import { allRows, planInto, photo, type RowFields, writeOld } from './planning.js';

/** A folder with a photo and the out-dirs of a batch. */
async function place(): Promise<{ folder: string; part: (name: string) => Promise<Part> }> {
  const folder = await tempDir();
  await writeOld(path.join(folder, 'cat.png'), await photo('orange'));
  const part = async (name: string): Promise<Part> => {
    const own = path.join(folder, name);
    await mkdir(own, { recursive: true });
    return { folder: own, ledger: await openBatch(own) };
  };
  return { folder, part };
}

const ROWS: RowFields[] = Array.from({ length: 8 }, (_, row) => ({ prompt: `row ${row}`, id: `row ${row}` }));

const keyOf = ({ ledger }: Part, id: string): string => allRows(ledger).find((row) => row.id === id)!.key;

/** Makes a row's edit go as far as its acceptance, and home where there is a picture. */
async function send(
  { ledger, folder }: Part,
  id: string,
  requestId: string,
  content?: string,
  name = `${id}.png`,
): Promise<string> {
  const key = keyOf({ ledger, folder }, id);
  const job = plan(ledger, { askedHash: key, output: { ...OUTPUT, cwd: folder } });
  intend(ledger, job);
  ledger.accept(job, requestId);
  if (content !== undefined) await save({ ledger, folder }, job, content, name);
  return job;
}

async function save({ ledger, folder }: Part, job: string, content: string, name: string): Promise<void> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  ledger.complete(job, { result: { images: [] }, billedUnits: 1, billedUsd: 0.1, targets: () => [file] });
  ledger.saveImage(job, picture(0, file));
}

const OUTPUT = {
  ...{ template: '{name}.edit.{ext}', numberWhenTaken: true, name: 'cat', ext: 'png' },
  ...{ count: 1, force: false, keepBlanked: false },
};

const statesIn = ({ ledger }: Part): unknown[] => allRows(ledger).map(({ id, state }) => [id, state]);
const dump = ({ ledger: { db } }: Part): unknown =>
  ['batch_rows', 'jobs', 'images', 'uploads'].map((table) => db.rows(`SELECT * FROM ${table} ORDER BY 1, 2`));

/** Two shards of {@link ROWS}: all rows of each in turn are sent and here. */
async function shards(count = 2): Promise<{ folder: string; parts: Part[]; all: Part }> {
  const { folder, part } = await place();
  const parts: Part[] = [];
  for (let index = 1; index <= count; index++) {
    const own = await part(`out-${index}`);
    await planInto(own.ledger, ROWS, { shard: { index, count } });
    for (const { id } of allRows(own.ledger)) await send(own, id!, `request of ${id}`, `picture of ${id}`);
    parts.push(own);
  }
  return { folder, parts, all: await part('all') };
}

describe('The parts of a batch', () => {
  it('become one: rows in the order of the manifest, jobs, pictures, files at fal', async () => {
    const { parts, all } = await shards(3);
    putUpload(parts[0]!.ledger, 'aa', 'fal', { url: 'https://fal.media/1', expiresAt: 5 });
    expect(await mergeParts([...parts].reverse(), all)).toEqual([]);
    expect(statesIn(all)).toEqual(ROWS.map(({ id }) => [id, 'done']));
    expect(allRows(all.ledger).map(({ position }) => position)).toEqual(ROWS.map((_, index) => index));
    for (const { id, job } of allRows(all.ledger)) {
      expect(job).toMatchObject({
        requestId: `request of ${id}`,
        billedUsd: 0.1,
        output: { cwd: all.folder },
      });
      expect(job?.images[0]?.path).toBe(path.join(all.folder, `${id}.png`));
      expect(await readFile(job!.images[0]!.path!, 'utf8')).toBe(`picture of ${id}`);
    }
    expect(findUpload(all.ledger, 'aa', 'fal')?.url).toBe('https://fal.media/1');
  });

  it('stay as they are', async () => {
    const { parts, all } = await shards();
    const before = parts.map(dump);
    const names = await Promise.all(parts.map(({ folder }) => readdir(folder)));
    await mergeParts(parts, all);
    expect(parts.map(dump)).toEqual(before);
    expect(await Promise.all(parts.map(({ folder }) => readdir(folder)))).toEqual(names);
  });

  it('can be put together again, which changes nothing', async () => {
    const { parts, all } = await shards();
    await mergeParts(parts, all);
    const before = dump(all);
    const names = await readdir(all.folder, { recursive: true });
    expect(await mergeParts(parts, all)).toEqual([]);
    expect(dump(all)).toEqual(before);
    expect(await readdir(all.folder, { recursive: true })).toEqual(names);
  });

  it('can be put together again when one has gone on', async () => {
    const { parts, all } = await shards();
    const [part] = parts as [Part];
    const { ledger } = part;
    const [first, second] = [allRows(ledger)[0]!, allRows(ledger)[1]!];
    // As a shard that was killed: one row is at fal, of another nobody knows.
    ledger.db.run('DELETE FROM images');
    ledger.db.run('DELETE FROM jobs');
    const waiting = await send(part, first.id!, 'request 1');
    const lost = jobIn(ledger, 'unknown', { askedHash: second.key });
    await mergeParts(parts, all);
    expect([findRow(all.ledger, first.key)?.state, findRow(all.ledger, second.key)?.state]).toEqual([
      'waiting',
      'unknown',
    ]);
    // The shard is run again: it waits for the one, and finds the other.
    await save(part, waiting, 'a picture', 'first.png');
    putMeasured(ledger.db, first.key, [{ met: false }], true);
    ledger.accept(lost.id, 'request 2');
    expect(await mergeParts(parts, all)).toEqual([]);
    expect(findRow(all.ledger, first.key)).toMatchObject({
      ...{ state: 'unmet', attempts: 1, measured: [{ met: false }] },
      job: { id: waiting, billedUsd: 0.1, images: [{ path: path.join(all.folder, 'first.png') }] },
    });
    expect(findRow(all.ledger, second.key)).toMatchObject({
      state: 'waiting',
      attempts: 1,
      job: { requestId: 'request 2' },
    });
    // And what was brought home in the whole is not taken back by a part that was left behind.
    await save(all, lost.id, 'another picture', 'second.png');
    await mergeParts(parts, all);
    expect(findRow(all.ledger, second.key)).toMatchObject({
      state: 'done',
      job: { images: [{ path: path.join(all.folder, 'second.png') }] },
    });
  });

  it('can be run again after they were put together: what failed is tried in one and counts in all', async () => {
    const { parts, all } = await shards();
    const [part] = parts as [Part];
    const row = allRows(part.ledger)[0]!;
    part.ledger.db.run('DELETE FROM images');
    part.ledger.db.run('DELETE FROM jobs');
    jobIn(part.ledger, 'failed', { askedHash: row.key });
    await mergeParts(parts, all);
    expect(findRow(all.ledger, row.key)).toMatchObject({ state: 'failed', attempts: 1 });
    await send(part, row.id!, 'second try', 'a picture');
    await mergeParts(parts, all);
    expect(findRow(all.ledger, row.key)).toMatchObject({ state: 'done', attempts: 2 });
  });
});

describe('Pictures of the same name', () => {
  it('get a number where they are not the same, and stay what they are', async () => {
    const { parts, all } = await shards();
    const [one, two] = parts as [Part, Part];
    const [first, second] = [allRows(one.ledger)[0]!, allRows(two.ledger)[0]!];
    for (const [part, row] of [
      [one, first],
      [two, second],
    ] as const) {
      part.ledger.db.run('DELETE FROM images');
      part.ledger.db.run('DELETE FROM jobs');
      await send(
        part,
        row.id!,
        `request of ${row.id!}`,
        `other picture of ${row.id!}`,
        'pictures/cat.edit.png',
      );
    }
    await mergeParts(parts, all);
    await mergeParts(parts, all);
    const fileOf = (key: string): string => findRow(all.ledger, key)!.job!.images[0]!.path!;
    expect([fileOf(first.key), fileOf(second.key)].map((file) => path.relative(all.folder, file))).toEqual([
      ...['pictures/cat.edit.png', 'pictures/cat.edit.2.png'],
    ]);
    expect(await readFile(fileOf(second.key), 'utf8')).toBe(`other picture of ${second.id!}`);
    expect((await readdir(path.join(all.folder, 'pictures'))).sort()).toEqual([
      'cat.edit.2.png',
      'cat.edit.png',
    ]);
  });

  it('pass by what somebody else has put there', async () => {
    const { parts, all } = await shards();
    await writeFile(path.join(all.folder, 'row 0.png'), 'somebody’s own');
    await mergeParts(parts, all);
    const { job } = allRows(all.ledger)[0]!;
    expect(path.basename(job!.images[0]!.path!)).toBe('row 0.2.png');
    expect(await readFile(path.join(all.folder, 'row 0.png'), 'utf8')).toBe('somebody’s own');
  });

  it('that are gone are where they would be, to be fetched again', async () => {
    const { parts, all } = await shards();
    const file = allRows(parts[0]!.ledger)[0]!.job!.images[0]!.path!;
    await rm(file);
    await mergeParts(parts, all);
    const { job } = allRows(all.ledger).find(({ key }) => key === allRows(parts[0]!.ledger)[0]!.key)!;
    expect(job?.images[0]?.path).toBe(path.join(all.folder, path.basename(file)));
  });
});

it('A row that two parts have sent is told, and what it cost is counted twice', async () => {
  const { part } = await place();
  const [one, two, all] = [await part('out-1'), await part('out-2'), await part('all')];
  for (const own of [one, two]) await planInto(own.ledger, ROWS.slice(0, 3));
  await send(one, 'row 0', 'request 1', 'a picture');
  await send(two, 'row 0', 'request 2', 'another picture');
  await send(one, 'row 1', 'request 3', 'one more');
  jobIn(two.ledger, 'rejected', { askedHash: keyOf(two, 'row 1') });
  jobIn(one.ledger, 'unknown', { askedHash: keyOf(one, 'row 2') });
  const twice = await mergeParts([one, two], all);
  expect(twice.map(({ id, state, attempts }) => [id, state, attempts])).toEqual([['row 0', 'done', 2]]);
  expect(statesIn(all)).toEqual([
    ['row 0', 'done'],
    ['row 1', 'done'],
    ['row 2', 'unknown'],
  ]);
  expect(all.ledger.db.row('SELECT sum(billed_usd) AS usd FROM jobs')).toEqual({
    usd: expect.closeTo(0.3, 9) as number,
  });
});

it('The pictures that were edited are named as they lie, seen from the new folder', async () => {
  const { part, folder } = await place();
  const [own, all] = [await part('deep/out'), await part('all')];
  const rows = [{ image: path.join(folder, 'cat.png') }, { image: 'https://example.com/a.png' }];
  await planInto(own.ledger, rows, { folder });
  await mergeParts([own], all);
  expect(allRows(all.ledger).map((row) => (row.plan as PlannedRow).inputs)).toEqual([
    ['../cat.png'],
    ['https://example.com/a.png'],
  ]);
});
