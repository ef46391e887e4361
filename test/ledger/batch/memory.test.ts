import { describe, expect, it } from 'vitest';
import { findDigest, putDigest } from '../../../src/ledger/batch/digests.js';
import { readNote, writeNote } from '../../../src/ledger/batch/notes.js';
import { forgetReported, markReported, unreportedRows } from '../../../src/ledger/batch/reported.js';
import { findUpload, forgetUpload, putUpload } from '../../../src/ledger/batch/uploads.js';
import { tempDir } from '../../support/temp-dir.js';
import { jobIn } from '../machine.js';
import { openBatch, readManifest } from './rows.js';

describe('Notes', () => {
  it('are read as they were written last, in a later run as well', async () => {
    const folder = await tempDir();
    const first = await openBatch(folder);
    expect(readNote(first.db, 'world')).toBeUndefined();
    writeNote(first.db, 'world', 'sandbox');
    writeNote(first.db, 'source', 'rows.csv');
    writeNote(first.db, 'world', 'fal');
    first.close();
    const { db } = await openBatch(folder);
    expect([readNote(db, 'world'), readNote(db, 'source'), readNote(db, 'shard')]).toEqual([
      ...['fal', 'rows.csv', undefined],
    ]);
  });
});

describe('Digests', () => {
  it('are of a path and a stamp; the last one counts', async () => {
    const ledger = await openBatch();
    putDigest(ledger, '/a.png', { stamp: '1', facts: { sha256: 'aa', size: undefined, nested: [1, null] } });
    putDigest(ledger, '/b.png', { stamp: '1', facts: { sha256: 'bb' } });
    expect(findDigest(ledger, '/a.png')).toEqual({ stamp: '1', facts: { sha256: 'aa', nested: [1, null] } });
    putDigest(ledger, '/a.png', { stamp: '2', facts: { sha256: 'cc' } });
    expect(findDigest(ledger, '/a.png')).toEqual({ stamp: '2', facts: { sha256: 'cc' } });
    expect(findDigest(ledger, '/b.png')).toEqual({ stamp: '1', facts: { sha256: 'bb' } });
    expect(findDigest(ledger, 'a.png')).toBeUndefined();
  });
});

describe('Uploads', () => {
  it('are known by their bytes and the way to fal, until they are forgotten', async () => {
    const ledger = await openBatch(undefined, { now: () => 5000 });
    putUpload(ledger, 'aa', 'fal me', { url: 'https://fal.media/1', expiresAt: 9000 });
    putUpload(ledger, 'aa', 'proxy me', { url: 'https://fal.media/2', expiresAt: 9000 });
    expect(findUpload(ledger, 'aa', 'fal me')).toEqual({ url: 'https://fal.media/1', expiresAt: 9000 });
    putUpload(ledger, 'aa', 'fal me', { url: 'https://fal.media/3', expiresAt: 9999 });
    expect(findUpload(ledger, 'aa', 'fal me')).toEqual({ url: 'https://fal.media/3', expiresAt: 9999 });
    forgetUpload(ledger, 'aa', 'fal me');
    expect(findUpload(ledger, 'aa', 'fal me')).toBeUndefined();
    expect(findUpload(ledger, 'aa', 'proxy me')?.url).toBe('https://fal.media/2');
    expect(findUpload(ledger, 'bb', 'fal me')).toBeUndefined();
  });
});

describe('Rows of which no line of results speaks', () => {
  it('are those whose job has none, until it has', async () => {
    const ledger = await openBatch();
    readManifest(ledger, ['a', 'b', 'c', 'd', 'e']);
    const a = jobIn(ledger, 'saved', { askedHash: 'a' });
    jobIn(ledger, 'failed', { askedHash: 'b' });
    jobIn(ledger, 'accepted', { askedHash: 'c' });
    jobIn(ledger, 'saved', { askedHash: 'gone' });
    const e = jobIn(ledger, 'failed', { askedHash: 'e' });
    forgetReported(ledger.db);
    for (const id of [a.id, a.id, e.id, 'of another batch']) markReported(ledger.db, id);
    expect(unreportedRows(ledger.db)).toEqual(['b']);
    // A second try is another job, and another line.
    jobIn(ledger, 'moderated', { askedHash: 'e' });
    expect(unreportedRows(ledger.db).sort()).toEqual(['b', 'e']);
    forgetReported(ledger.db);
    expect(unreportedRows(ledger.db).sort()).toEqual(['a', 'b', 'e']);
  });
});
