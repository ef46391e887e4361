import { cp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../support/temp-dir.js';
import { openBatch, readManifest, savedIn } from './batch/rows.js';
import { jobIn } from './machine.js';

describe('A ledger that is only looked at', () => {
  /** A closed ledger with rows and jobs. */
  async function closed(): Promise<string> {
    const folder = await tempDir();
    const ledger = await openBatch(folder);
    readManifest(ledger, ['a', 'b', 'c']);
    jobIn(ledger, 'saved', { askedHash: 'a' });
    ledger.close();
    return folder;
  }
  const bytesOf = (folder: string): Promise<Buffer> => readFile(path.join(folder, 'ledger.db'));

  it('is the same to the byte, and alone in its folder', async () => {
    const folder = await closed();
    const before = await bytesOf(folder);
    const ledger = await openBatch(folder, { kind: 'looked-at' });
    expect(ledger.db.rows('SELECT key FROM batch_rows ORDER BY position')).toHaveLength(3);
    expect(await readdir(folder)).toEqual(['ledger.db']);
    ledger.close();
    expect((await bytesOf(folder)).equals(before)).toBe(true);
    expect(await readdir(folder)).toEqual(['ledger.db']);
  });

  it('is so too where thousands of rows were planned in it and taken back', async () => {
    const folder = await closed();
    const before = await bytesOf(folder);
    const ledger = await openBatch(folder, { kind: 'looked-at' });
    // So little memory that pages are written to the file before the end.
    ledger.db.row('PRAGMA cache_size = 10');
    await ledger.db.longTransaction(() => {
      ledger.db.exec('CREATE TEMP TABLE seen (key TEXT)');
      for (let row = 0; row < 3000; row++) {
        ledger.db.run(
          "INSERT INTO batch_rows (key, position, file, endpoint, usd, plan) VALUES (?, ?, 'f', 'e', 1, ?)",
          ...[`new ${row}`, 100 + row, 'x'.repeat(500)],
        );
      }
      ledger.db.run("DELETE FROM jobs WHERE asked_hash = 'nothing'");
      ledger.db.run("UPDATE batch_rows SET plan = 'changed'");
      return Promise.resolve({ keep: false, value: undefined });
    });
    ledger.close();
    expect((await bytesOf(folder)).equals(before)).toBe(true);
    expect(await readdir(folder)).toEqual(['ledger.db']);
  });

  it('is so too where the process was gone before it was closed', async () => {
    const folder = await closed();
    const before = await bytesOf(folder);
    const ledger = await openBatch(folder, { kind: 'looked-at' });
    ledger.db.exec("BEGIN IMMEDIATE; UPDATE batch_rows SET plan = 'changed'");
    const copy = await tempDir();
    await cp(folder, copy, { recursive: true });
    ledger.close();
    const again = await openBatch(copy, { kind: 'looked-at' });
    expect(again.db.rows('SELECT DISTINCT plan FROM batch_rows')).not.toEqual([{ plan: 'changed' }]);
    again.close();
    expect((await bytesOf(copy)).equals(before)).toBe(true);
  });

  it('shows what a run that was killed has left beside the file', async () => {
    const folder = await tempDir();
    const killed = await openBatch(folder);
    readManifest(killed, ['a', 'b']);
    const { id } = jobIn(killed, 'accepted', { askedHash: 'a' });
    const copy = await tempDir();
    await cp(folder, copy, { recursive: true });
    expect(await readdir(copy)).toContain('ledger.db-wal');
    const ledger = await openBatch(copy, { kind: 'looked-at' });
    expect(ledger.mustFind(id).state).toBe('accepted');
    ledger.close();
    const next = await openBatch(copy);
    expect(next.mustFind(id).state).toBe('accepted');
  });

  it('knows paths by its folder, as the one that goes with it', async () => {
    const folder = await tempDir();
    const first = await openBatch(folder);
    const id = savedIn(first, folder);
    first.close();
    const ledger = await openBatch(folder, { kind: 'looked-at' });
    expect(ledger.mustFind(id).images[0]?.path).toBe(path.join(folder, 'a/cat.png'));
  });
});
