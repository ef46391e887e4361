import { cp, readdir, readFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it, test } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.js';
import { findJob } from '../../src/ledger/lookup.js';
import { tempDir } from '../support/temp-dir.js';
import { openBatch, savedIn } from './batch/rows.js';
import { intend, picture, plan } from './machine.js';
import { connect, CONTEXT } from './opened.js';

/** All that stands in the file, as text. */
async function textOf(folder: string): Promise<string> {
  return (await readFile(path.join(folder, 'ledger.db'))).toString('latin1');
}

describe('The ledger of an out-dir', () => {
  it('keeps paths relative to its folder on the disk, and says them absolute', async () => {
    const folder = await tempDir();
    const ledger = await openBatch(folder);
    const id = savedIn(ledger, folder);
    const stored = connect(folder);
    expect(stored.prepare('SELECT target, path FROM images ORDER BY position').all()).toEqual([
      { target: 'a/cat.png', path: 'a/cat.png' },
      { target: 'dog.png', path: null },
      { target: '/elsewhere/bird.png', path: '/elsewhere/bird.png' },
    ]);
    expect(stored.prepare('SELECT delivery FROM jobs').get()).toEqual({
      // Byte for byte: rows and jobs of all releases are compared by it.
      delivery:
        '{"cwd":".","template":"{name}.edit.{ext}","numberWhenTaken":true,"name":"cat","ext":"png","count":1,"force":false,"keepBlanked":false}',
    });
    const job = ledger.mustFind(id);
    expect(job.output?.cwd).toBe(folder);
    expect(job.images.map(({ target }) => target)).toEqual([
      ...[path.join(folder, 'a/cat.png'), path.join(folder, 'dog.png'), '/elsewhere/bird.png'],
    ]);
    ledger.close();
    stored.close();
    expect(await textOf(folder)).not.toContain(folder);
  });

  it('finds its pictures when the folder was moved, and goes on with them there', async () => {
    const [before, after] = [path.join(await tempDir(), 'out'), path.join(await tempDir(), 'carried away')];
    const first = await openBatch(before);
    const id = savedIn(first, before);
    first.close();
    await rename(before, after);
    const ledger = await openBatch(after);
    expect(ledger.mustFind(id)).toMatchObject({
      output: { cwd: after },
      images: [
        { path: path.join(after, 'a/cat.png') },
        { target: path.join(after, 'dog.png') },
        { path: '/elsewhere/bird.png' },
      ],
    });
    const taken = path.join(after, 'dog.png');
    expect(ledger.retarget(id, 1, taken, path.join(after, 'dog.2.png'))).toBe(path.join(after, 'dog.2.png'));
    ledger.saveImage(id, picture(1, path.join(after, 'dog.2.png')));
    expect(ledger.mustFind(id).state).toBe('saved');
  });

  it('knows in the folder that was moved which names other jobs are about to take', async () => {
    const [before, after] = [path.join(await tempDir(), 'out'), path.join(await tempDir(), 'out')];
    const first = await openBatch(before);
    savedIn(first, before);
    first.close();
    await rename(before, after);
    const ledger = await openBatch(after);
    const id = plan(ledger);
    intend(ledger, id);
    ledger.accept(id, 'second-request');
    const promised: boolean[] = [];
    ledger.complete(id, {
      result: {},
      targets: (isPromised) => {
        promised.push(
          ...['dog.png', 'a/cat.png', 'other.png'].map((name) => isPromised(path.join(after, name))),
        );
        return [];
      },
    });
    expect(promised).toEqual([true, false, false]);
  });

  it('is one file once it is closed', async () => {
    const folder = await tempDir();
    const ledger = await openBatch(folder);
    savedIn(ledger, folder);
    expect((await readdir(folder)).sort()).toEqual(['ledger.db', 'ledger.db-shm', 'ledger.db-wal']);
    ledger.close();
    ledger.close();
    expect(await readdir(folder)).toEqual(['ledger.db']);
    const alone = await tempDir();
    await cp(path.join(folder, 'ledger.db'), path.join(alone, 'ledger.db'));
    const copy = await openBatch(alone);
    expect(findJob(copy, 'request_id', 'first-request')?.images).toHaveLength(3);
  });

  it('leaves its companions to somebody who reads it when it is closed, and loses nothing', async () => {
    const folder = await tempDir();
    const ledger = await openBatch(folder);
    const reader = connect(folder);
    const id = savedIn(ledger, folder);
    reader.exec('BEGIN');
    const count = reader.prepare('SELECT count(*) AS n FROM images');
    expect(count.get()).toEqual({ n: 3 });
    ledger.close();
    expect(await readdir(folder)).toContain('ledger.db-wal');
    expect(count.get()).toEqual({ n: 3 });
    reader.exec('COMMIT');
    const copy = await tempDir();
    await cp(folder, copy, { recursive: true });
    expect((await openBatch(copy)).mustFind(id).images).toHaveLength(3);
  });

  it('is as safe as any other while it is at work: WAL with full sync', async () => {
    const folder = await tempDir();
    const ledger = await Ledger.open(folder, CONTEXT, 'portable');
    expect(ledger.db.row('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
    expect(ledger.db.row('PRAGMA synchronous')).toEqual({ synchronous: 2 });
    ledger.close();
    expect(connect(folder).prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' });
  });

  it.skipIf(process.platform === 'win32')(
    'is for the user alone, and leaves the rights of a folder with pictures',
    async () => {
      const folder = path.join(await tempDir(), 'out');
      const ledger = await openBatch(folder);
      expect((await stat(path.join(folder, 'ledger.db'))).mode & 0o077).toBe(0);
      ledger.close();
    },
  );
});

test('the ledger of the machine keeps its companions and its absolute paths', async () => {
  const folder = await tempDir();
  const ledger = await openBatch(folder, { kind: 'machine' });
  const id = savedIn(ledger, folder);
  expect(ledger.root).toBeUndefined();
  ledger.close();
  const db = new DatabaseSync(path.join(folder, 'ledger.db'));
  expect(db.prepare('SELECT path FROM images WHERE job_id = ? ORDER BY position').all(id)).toEqual([
    { path: path.join(folder, 'a/cat.png') },
    { path: null },
    { path: '/elsewhere/bird.png' },
  ]);
  expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  db.close();
});
