/* What is written in the same moment to the ledger of a batch. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.js';
import { tempDir } from '../support/temp-dir.js';
import { openBatch } from './batch/rows.js';
import { jobIn } from './machine.js';
import { connect, CONTEXT, open } from './opened.js';

const put = 'INSERT INTO batch VALUES (?, ?)';
const all = 'SELECT name FROM batch ORDER BY name';

describe('Writes of the same moment', () => {
  it('are one transaction: others see none of them, and then all', async () => {
    const folder = await tempDir();
    const ledger = await openBatch(folder);
    const other = connect(folder);
    const seen: unknown[] = [];
    const writing = ['a', 'b', 'c'].map((name) =>
      ledger.write('soon', () => {
        ledger.db.run(put, name, '');
        seen.push(other.prepare(all).all());
        return name;
      }),
    );
    expect(ledger.db.rows(all)).toEqual([]);
    expect(await Promise.all(writing)).toEqual(['a', 'b', 'c']);
    expect(seen).toEqual([[], [], []]);
    expect(other.prepare(all).all()).toHaveLength(3);
  });

  it.each([
    [['soon', 'soon'], 1],
    [['soon', 'at once', 'soon'], 2],
  ] as const)('%j wait for the disk only where one of them has to', async (durabilities, level) => {
    const ledger = await Ledger.open(await tempDir(), CONTEXT, 'portable');
    onTestFinished(() => ledger.close());
    const levels = durabilities.map((durability) =>
      ledger.write(durability, () => ledger.db.row('PRAGMA synchronous')),
    );
    for (const found of await Promise.all(levels)) expect(found).toEqual({ synchronous: level });
    expect(ledger.db.row('PRAGMA synchronous')).toEqual({ synchronous: 2 });
  });

  it('fail each by itself', async () => {
    const ledger = await openBatch();
    const settled = await Promise.allSettled([
      ledger.write('at once', () => ledger.db.run(put, 'a', '')),
      ledger.write('at once', () => {
        throw new Error('mine alone');
      }),
      ledger.write('at once', () => ledger.db.run(put, 'b', '')),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(ledger.db.rows(all)).toEqual([{ name: 'a' }, { name: 'b' }]);
  });

  it('take back what a part of one has written before it failed', async () => {
    const ledger = await openBatch();
    const failing = ledger.write('at once', () =>
      ledger.db.transaction(() => {
        ledger.db.run(put, 'half', '');
        throw new Error('in the middle');
      }),
    );
    const other = ledger.write('at once', () => ledger.db.run(put, 'a', ''));
    await expect(failing).rejects.toThrow('in the middle');
    await other;
    expect(ledger.db.rows(all)).toEqual([{ name: 'a' }]);
  });

  it('fail together on a disk that is full, and none of them is written', async () => {
    const ledger = await openBatch();
    const { page_count: pages } = ledger.db.row('PRAGMA page_count') as { page_count: number };
    ledger.db.row(`PRAGMA max_page_count = ${pages}`);
    const write = (name: string, value: string): Promise<number> =>
      ledger.write('at once', () => ledger.db.run(put, name, value));
    const settled = await Promise.allSettled([
      write('a', ''),
      write('b', 'x'.repeat(100_000)),
      write('c', ''),
    ]);
    const written = settled.flatMap(({ status }, index) => (status === 'fulfilled' ? ['abc'[index]] : []));
    expect(written).not.toContain('b');
    expect(ledger.db.rows(all)).toEqual(written.map((name) => ({ name })));
    ledger.db.row(`PRAGMA max_page_count = ${pages + 100}`);
    await write('d', '');
  });

  it('fail together where the ledger was closed before', async () => {
    const ledger = await openBatch();
    const writes = [1, 2].map(() => ledger.write('at once', () => undefined));
    ledger.close();
    const settled = await Promise.allSettled(writes);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('go on with what comes after them', async () => {
    const ledger = await openBatch();
    await ledger.write('at once', () => ledger.db.run(put, 'a', ''));
    await ledger.write('soon', () => ledger.db.run(put, 'b', ''));
    expect(ledger.db.rows(all)).toHaveLength(2);
  });
});

it('The ledger of the machine writes at once: an edit has nobody to wait for', async () => {
  const ledger = await open(await tempDir());
  const { id } = jobIn(ledger, 'planned');
  const writing = ledger.write('at once', () => ledger.intend(id, {}, []));
  expect(ledger.mustFind(id).state).toBe('intent');
  await writing;
});
