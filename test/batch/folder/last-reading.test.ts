import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastReading } from '../../../src/batch/folder/last-reading.js';
import type { BatchPlan } from '../../../src/batch/rows/reading.js';
import { openBatch } from '../../ledger/batch/rows.js';
import { batchFolder, entriesOf, photo, planInto, readRow, type RowFields } from '../planning.js';

const ROWS: RowFields[] = [
  { id: 'a', prompt: 'snow' },
  { id: 'b', prompt: 'rain', image: 'dog.png' },
  { id: 'c', prompt: 'rain', image: 'dog.png', seed: 3 },
  { id: 'd', prompt: 'rain', image: 'dog.png', seed: 3 },
];
const BASIS = ['1.0.0', { model: 'flux-general' }];

/** A batch that was read an hour after its files were written, as far as its clock goes. */
async function readBatch(options: Parameters<typeof planInto>[2] = {}, lateMs = 3_600_000) {
  const { folder, outDir } = await batchFolder();
  const dog = path.join(folder, 'dog.png');
  await writeFile(dog, await photo('brown'));
  const ledger = await openBatch(outDir, { now: () => Date.now() + lateMs });
  const planned = await planInto(ledger, ROWS, { basis: BASIS, ...options });
  const again = (
    rows: readonly (RowFields | string)[] = ROWS,
    basis: unknown = BASIS,
  ): Promise<BatchPlan | undefined> => lastReading(ledger, () => entriesOf(rows), basis);
  return { folder, dog, ledger, planned, again };
}

describe('What the last reading found', () => {
  it('is known without another, where all is as it was', async () => {
    const { again, ledger, planned } = await readBatch();
    const known = await again();
    expect(known).toEqual({
      ...{
        rows: 4,
        elsewhere: 0,
        invalid: 0,
        problems: 0,
        made: 0,
        equal: 1,
        isSame: true,
        kept: true,
        unrecognised: [],
      },
      changes: { before: 4, edited: 0, added: 0, removed: 0, reordered: false },
    });
    // It is what another reading would have said.
    const { texts, ...read } = await planInto(ledger, ROWS, { basis: BASIS });
    expect([texts, read]).toEqual([[], known]);
    expect(planned.equal).toBe(1);
  });

  it.each<[string, readonly (RowFields | string)[]]>([
    ['a row is edited', [{ ...ROWS[0]!, prompt: 'fog' }, ...ROWS.slice(1)]],
    ['a row has gone', ROWS.slice(1)],
    ['a row has come', [...ROWS, { id: 'e' }]],
    ['the order is another one', [ROWS[1]!, ROWS[0]!, ...ROWS.slice(2)]],
    ['there are none', []],
    ['a row is wrong now', [...ROWS, 'is no row']],
  ])('is not where %s', async (_, rows) => {
    const { again } = await readBatch();
    expect(await again(rows)).toBeUndefined();
  });

  it('is not under other settings, or for another version', async () => {
    const { again } = await readBatch();
    expect(await again(ROWS, ['1.0.0', { model: 'flux-2-lora' }])).toBeUndefined();
    expect(await again(ROWS, ['1.0.1', { model: 'flux-general' }])).toBeUndefined();
  });

  it.each<[string, (dog: string) => Promise<unknown>]>([
    ['has other bytes, as many as before', async (dog) => writeFile(dog, await photo('black'))],
    ['was touched', (dog) => utimes(dog, 5, 5)],
    ['is gone', (dog) => rm(dog)],
    ['is a folder now', (dog) => rm(dog).then(() => mkdir(dog))],
  ])('is not where a picture %s', async (_, change) => {
    const { again, dog } = await readBatch();
    await change(dog);
    expect(await again()).toBeUndefined();
  });

  it('is not where a file was written so late that it may have been written again', async () => {
    const { again } = await readBatch({}, 0);
    expect(await again()).toBeUndefined();
  });

  it('is not where a prompt was read from a file', async () => {
    const { again } = await readBatch({
      readRow: async (fields) => ({ ...(await readRow(fields)), hasPromptFile: fields['id'] === 'c' }),
    });
    expect(await again()).toBeUndefined();
  });

  it('is not where something was wrong, and left out', async () => {
    const { ledger } = await readBatch();
    const rows = [...ROWS, 'is no row'];
    await planInto(ledger, rows, { basis: BASIS, skipInvalid: true });
    expect(await lastReading(ledger, () => entriesOf(rows), BASIS)).toBeUndefined();
  });

  it('is that of the last one that was kept', async () => {
    const { ledger, again } = await readBatch();
    await planInto(ledger, ROWS.slice(1), { basis: BASIS, inspect: () => undefined });
    expect(await again()).toMatchObject({ rows: 4 });
    await planInto(ledger, ROWS.slice(1), { basis: BASIS });
    expect(await again()).toBeUndefined();
    expect(await again(ROWS.slice(1))).toMatchObject({ rows: 3 });
  });

  it('is not looked for in a manifest where nothing was read yet', async () => {
    const ledger = await openBatch();
    const unread = (): never => {
      throw new Error('it was opened');
    };
    expect(await lastReading(ledger, unread, BASIS)).toBeUndefined();
  });
});
