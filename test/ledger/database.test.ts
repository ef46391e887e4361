import { describe, expect, it } from 'vitest';
import { FalEditError } from '../../src/errors/error.js';
import { tempDir } from '../support/temp-dir.js';
import { openBatch } from './batch/rows.js';
import { connect } from './opened.js';

const put = 'INSERT INTO batch VALUES (?, ?)';
const all = 'SELECT name FROM batch ORDER BY name';

/** Lets other things happen, as waiting for a file does. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

describe('A long transaction', () => {
  it('keeps what was written when it is told to, all at once', async () => {
    const folder = await tempDir();
    const { db } = await openBatch(folder);
    const other = connect(folder);
    const value = await db.longTransaction(async () => {
      db.run(put, 'a', '1');
      await pause();
      db.run(put, 'b', '2');
      expect(other.prepare(all).all()).toEqual([]);
      expect(db.rows(all)).toHaveLength(2);
      return { keep: true, value: 'said' };
    });
    expect(value).toBe('said');
    expect(other.prepare(all).all()).toEqual([{ name: 'a' }, { name: 'b' }]);
  });

  it('takes everything back otherwise, temporary tables too, and can be followed by another', async () => {
    const { db } = await openBatch();
    const look = (): Promise<string> =>
      db.longTransaction(async () => {
        db.exec('CREATE TEMP TABLE seen (name TEXT)');
        db.run(put, 'a', '1');
        await pause();
        return { keep: false, value: 'looked' };
      });
    expect(await look()).toBe('looked');
    expect(await look()).toBe('looked');
    expect(db.rows(all)).toEqual([]);
  });

  it('takes everything back where it fails, and fails with that', async () => {
    const { db } = await openBatch();
    const failing = db.longTransaction(async () => {
      db.run(put, 'a', '1');
      await pause();
      throw new Error('the manifest is torn');
    });
    await expect(failing).rejects.toThrow('the manifest is torn');
    expect(db.rows(all)).toEqual([]);
    db.transaction(() => db.run(put, 'b', '2'));
    expect(db.rows(all)).toEqual([{ name: 'b' }]);
  });

  it('says so in our words where the ledger itself fails', async () => {
    const { db } = await openBatch();
    const failing = db.longTransaction(() => {
      db.run('INSERT INTO nowhere VALUES (1)');
      return Promise.resolve({ keep: true, value: undefined });
    });
    await expect(failing).rejects.toThrow(FalEditError);
    expect(db.rows(all)).toEqual([]);
  });

  it('shuts out other processes that write until its end', async () => {
    const folder = await tempDir();
    const { db } = await openBatch(folder);
    const other = connect(folder);
    other.exec('PRAGMA busy_timeout = 0');
    await db.longTransaction(async () => {
      await pause();
      expect(() => other.exec("INSERT INTO batch VALUES ('c', '3')")).toThrow(/locked/);
      return { keep: true, value: undefined };
    });
    other.exec("INSERT INTO batch VALUES ('c', '3')");
    expect(db.rows(all)).toEqual([{ name: 'c' }]);
  });
});

describe('Rows one by one', () => {
  it('are all there, in order', async () => {
    const { db } = await openBatch();
    for (let row = 0; row < 300; row++) db.run(put, String(row).padStart(3, '0'), '1');
    const names = [...db.each('SELECT name FROM batch WHERE name >= ? ORDER BY name', '100')];
    expect(names).toHaveLength(200);
    expect(names[0]).toEqual({ name: '100' });
  });

  it('can be asked for twice at once, and while another thing is asked in the same words', async () => {
    const { db } = await openBatch();
    for (const name of ['a', 'b', 'c']) db.run(put, name, '1');
    const seen: unknown[] = [];
    for (const one of db.each(all)) for (const other of db.each(all)) seen.push([one, other, db.row(all)]);
    expect(seen).toHaveLength(9);
  });

  it('fail in our words', async () => {
    const { db } = await openBatch();
    expect(() => [...db.each('SELECT 1 FROM nowhere')]).toThrow(FalEditError);
  });

  it('that nobody wants any more do not keep others from writing', async () => {
    const folder = await tempDir();
    const { db } = await openBatch(folder);
    for (const name of ['a', 'b', 'c']) db.run(put, name, '1');
    for (const row of db.each(all)) {
      expect(row).toEqual({ name: 'a' });
      break;
    }
    db.transaction(() => db.run(put, 'd', '1'));
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const other = connect(folder);
    expect(other.prepare(all).all()).toHaveLength(4);
  });
});

describe('Statements', () => {
  it('of hundreds of texts are all answered', async () => {
    const { db } = await openBatch();
    for (let number = 0; number < 300; number++) {
      expect(db.row(`SELECT ${number} AS n`)).toEqual({ n: number });
    }
    for (let number = 0; number < 300; number += 7) {
      expect(db.row(`SELECT ${number} AS n`)).toEqual({ n: number });
    }
  });

  it('that are kept take another value each time', async () => {
    const { db } = await openBatch();
    for (const name of ['a', 'b']) expect(db.run(put, name, '1')).toBe(1);
    expect(() => db.run(put, 'a', '1')).toThrow(/UNIQUE/);
    expect(db.run(put, 'c', '1')).toBe(1);
    expect(db.row('SELECT value FROM batch WHERE name = ?', 'z')).toBeUndefined();
  });
});
