import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.js';
import { accountOf, type Connection } from '../../src/fal/connection.js';
import { readWorld } from '../../src/ledger/batch/notes.js';
import { MIGRATIONS, migrate, SCHEMA_VERSION, versionOf } from '../../src/ledger/schema.js';
import { tempDir } from '../support/temp-dir.js';
import { jobIn } from './machine.js';
import { connect, CONTEXT, open } from './opened.js';

describe('The versions', () => {
  it('that are newer than the program are left alone', async () => {
    const folder = await tempDir();
    const db = connect(folder);
    migrate(db);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 2}`);
    await expect(Ledger.open(folder, CONTEXT)).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining(
        `was written by a newer fal-edit (version ${SCHEMA_VERSION + 2}; this one reads up to ${SCHEMA_VERSION}). Nothing was sent.`,
      ) as string,
      hint: expect.stringContaining('Update fal-edit') as string,
    });
    expect(versionOf(db)).toBe(SCHEMA_VERSION + 2);
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' });
  });

  it('go up to the present one from an empty file, and stay there', async () => {
    const folder = await tempDir();
    writeFileSync(path.join(folder, 'ledger.db'), '');
    const ledger = await open(folder);
    const { id } = jobIn(ledger, 'saved');
    const db = connect(folder);
    expect(versionOf(db)).toBe(SCHEMA_VERSION);
    migrate(db);
    expect((await open(folder)).mustFind(id).state).toBe('saved');
  });

  it('each have a step, and every step leads to the same ledger wherever one begins', async () => {
    const schemaOf = (db: DatabaseSyncInstance): unknown =>
      db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all();
    const fresh = connect(await tempDir());
    migrate(fresh);
    expect(SCHEMA_VERSION).toBeGreaterThan(0);
    for (let version = 0; version <= SCHEMA_VERSION; version++) {
      const older = connect(await tempDir());
      for (const step of MIGRATIONS.slice(0, version)) older.exec(step);
      older.exec(`PRAGMA user_version = ${version}`);
      migrate(older);
      expect(schemaOf(older)).toEqual(schemaOf(fresh));
      expect(versionOf(older)).toBe(SCHEMA_VERSION);
    }
  });

  it('that took a sandbox which runs on its own for a proxy: its folder is one of the sandbox', async () => {
    const folderOf = async (...jobs: [via: string, account: string][]): Promise<string> => {
      const folder = await tempDir();
      const old = connect(folder);
      for (const step of MIGRATIONS.slice(0, 2)) old.exec(step);
      old.exec("PRAGMA user_version = 2; INSERT INTO batch VALUES ('world', 'fal')");
      const add = old.prepare(
        `INSERT INTO jobs (id, state, model, endpoint, via, account, prompt, seed, charged, planned_at)
           VALUES (?, 'saved', 'm', 'e', ?, ?, 'p', 1, 'yes', 1)`,
      );
      jobs.forEach(([via, account], index) => add.run(`j${index}`, via, account));
      old.close();
      return folder;
    };
    const sandbox = accountOf({ key: 'sandbox:no-key-needed' } as Connection) ?? '';
    const address = 'http://127.0.0.1:4321/api/fal/proxy';
    const played = await open(await folderOf([address, sandbox]));
    expect([played.mustFind('j0').via, readWorld(played.db)]).toEqual([`sandbox+${address}`, 'sandbox']);
    const mixed = await open(await folderOf([address, sandbox], [address, 'abc']));
    expect([mixed.mustFind('j1').via, readWorld(mixed.db)]).toEqual([address, 'fal']);
    const remote = await open(await folderOf(['https://fal.example', sandbox]));
    expect([remote.mustFind('j0').via, readWorld(remote.db)]).toEqual(['https://fal.example', 'fal']);
  });

  it('that told by a sentence that fal has no such request', async () => {
    const folder = await tempDir();
    const old = connect(folder);
    for (const step of MIGRATIONS.slice(0, 2)) old.exec(step);
    old.exec('PRAGMA user_version = 2');
    const add = old.prepare(
      `INSERT INTO jobs (id, state, model, endpoint, via, prompt, seed, charged, planned_at, error)
         VALUES (?, 'rejected', 'm', 'e', 'fal', 'p', 1, 'no', 1, ?)`,
    );
    add.run('missing', JSON.stringify({ kind: 'temporary', message: 'fal has no such request' }));
    add.run('refused', JSON.stringify({ kind: 'usage', message: 'no' }));
    old.close();
    const ledger = await open(folder);
    expect(['missing', 'refused'].map((id) => ledger.mustFind(id).reason)).toEqual([
      'no_such_request',
      undefined,
    ]);
  });

  it('that took any 5xx at a result for the end of an edit: fal is asked for that one again', async () => {
    const folder = await tempDir();
    const old = connect(folder);
    for (const step of MIGRATIONS.slice(0, 2)) old.exec(step);
    old.exec('PRAGMA user_version = 2');
    const add = old.prepare(
      `INSERT INTO jobs (id, state, model, endpoint, via, request_id, prompt, seed, charged, planned_at, accepted_at, error)
         VALUES (?, 'failed', 'm', 'e', ?, ?, 'p', 1, ?, 1, ?, ?)`,
    );
    const failed = (more: object): string => JSON.stringify({ kind: 'failed', message: 'x', ...more });
    const now = Date.now();
    add.run('doubtful', 'fal', 'r1', 'no', now, failed({ retryable: true }));
    add.run('refused', 'fal', 'r2', 'no', now, failed({}));
    add.run('perhaps', 'fal', 'r3', 'maybe', now, failed({ retryable: true }));
    add.run('played', 'sandbox', 'r4', 'no', now, failed({ retryable: true }));
    add.run('ancient', 'fal', 'r5', 'no', now - 40 * 86_400_000, failed({ retryable: true }));
    add.run('unsent', 'fal', null, 'no', null, failed({ retryable: true }));
    old.close();
    const ledger = await open(folder);
    expect(ledger.mustFind('doubtful')).toMatchObject({
      state: 'accepted',
      charged: 'maybe',
      error: undefined,
    });
    for (const id of ['refused', 'perhaps', 'played', 'ancient', 'unsent']) {
      expect(ledger.mustFind(id).state, id).toBe('failed');
    }
  });

  it('are all or nothing: a step that fails leaves the ledger as it was', async () => {
    const db = connect(await tempDir());
    db.exec('CREATE TABLE images (anything TEXT)');
    expect(() => migrate(db)).toThrow(/images already exists/);
    expect(versionOf(db)).toBe(0);
    expect(db.isTransaction).toBe(false);
    expect(db.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'images' }]);
  });

  it('tell the first error where SQLite has ended the transaction by itself', async () => {
    const db = connect(await tempDir());
    const full = {
      prepare: (sql: string) => db.prepare(sql),
      exec: (sql: string) => {
        db.exec(sql);
        if (!sql.startsWith('CREATE')) return;
        db.exec('ROLLBACK');
        throw new Error('database or disk is full');
      },
      get isTransaction() {
        return db.isTransaction;
      },
    } as DatabaseSyncInstance;
    expect(() => migrate(full)).toThrow('database or disk is full');
  });

  it('are not put back by a program that a newer one has overtaken', async () => {
    const folder = await tempDir();
    const db = connect(folder);
    // The newer one migrates between this one's look at the version and its turn to write.
    const overtaken = {
      prepare: (sql: string) => db.prepare(sql),
      exec: (sql: string) => {
        if (sql === 'BEGIN IMMEDIATE') db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
        db.exec(sql);
      },
    } as DatabaseSyncInstance;
    migrate(overtaken);
    expect(versionOf(db)).toBe(SCHEMA_VERSION + 1);
    await expect(Ledger.open(folder, CONTEXT)).rejects.toThrow(/was written by a newer fal-edit/);
  });
});
