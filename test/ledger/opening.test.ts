import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.js';
import { tempDir } from '../support/temp-dir.js';
import { jobIn, Machine, plan } from './machine.js';
import { connect, CONTEXT, open } from './opened.js';

const isRoot = process.getuid?.() === 0;

function modeOf(file: string): string {
  return (statSync(file).mode & 0o777).toString(8);
}

describe.skipIf(process.platform === 'win32')('The rights', () => {
  it('are the user’s alone, on a folder and files that were not there', async () => {
    const folder = path.join(await tempDir(), 'state', 'fal-edit');
    jobIn(await open(folder), 'planned');
    expect(modeOf(folder)).toBe('700');
    for (const name of ['ledger.db', 'ledger.db-wal', 'ledger.db-shm']) {
      expect(modeOf(path.join(folder, name))).toBe('600');
    }
  });

  it('are taken from others where an existing folder and file gave them', async () => {
    const folder = path.join(await tempDir(), 'state');
    (await Ledger.open(folder, CONTEXT)).close();
    chmodSync(folder, 0o755);
    chmodSync(path.join(folder, 'ledger.db'), 0o644);
    await open(folder);
    expect([modeOf(folder), modeOf(path.join(folder, 'ledger.db'))]).toEqual(['700', '600']);
  });

  it('stay as they are on a folder that holds other things as well', async () => {
    const folder = path.join(await tempDir(), 'shared');
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    writeFileSync(path.join(folder, 'notes.txt'), '');
    await open(folder);
    expect([modeOf(folder), modeOf(path.join(folder, 'ledger.db'))]).toEqual(['755', '600']);
  });
});

describe('A folder that cannot be one', () => {
  it.each(['state', 'state/deeper'])('is told in plain words where %s goes through a file', async (name) => {
    const base = await tempDir();
    writeFileSync(path.join(base, 'state'), 'a file');
    const file = path.join(base, name, 'ledger.db');
    await expect(Ledger.open(path.join(base, name), CONTEXT)).rejects.toMatchObject({
      kind: 'input',
      message: `The ledger ${file} cannot be created: its folder is a file. Nothing more is sent.`,
      hint: 'Set FAL_EDIT_STATE_DIR to a folder that you can write to.',
      details: { ledger: file },
      charged: 'no',
    });
    expect(readFileSync(path.join(base, 'state'), 'utf8')).toBe('a file');
  });

  it('is told where a folder has the name of the ledger', async () => {
    const folder = await tempDir();
    mkdirSync(path.join(folder, 'ledger.db'));
    await expect(Ledger.open(folder, CONTEXT)).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining('ledger.db cannot be opened') as string,
    });
  });
});

/** Runs something without the rights of root, which may write anywhere. */
async function asOrdinaryUser<T>(run: () => Promise<T>): Promise<T> {
  if (!isRoot) return run();
  process.seteuid?.(65534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}

describe.skipIf(process.platform === 'win32')('A ledger that may not be written to', () => {
  async function readOnlyLedger(): Promise<string> {
    const folder = await tempDir();
    (await Ledger.open(folder, CONTEXT)).close();
    chmodSync(path.join(folder, 'ledger.db'), 0o444);
    chmodSync(folder, 0o555);
    onTestFinished(() => chmodSync(folder, 0o755));
    return folder;
  }

  it('is told before anything can be planned on it', async () => {
    const folder = await readOnlyLedger();
    const failure = await asOrdinaryUser(async () => {
      try {
        plan(await open(folder));
        return undefined;
      } catch (error) {
        return error;
      }
    });
    expect(failure).toMatchObject({
      kind: 'input',
      message: expect.stringMatching(
        /ledger\.db cannot be (opened|written to: it is read-only)\. Nothing more/,
      ) as string,
      hint: 'Set FAL_EDIT_STATE_DIR to a folder that you can write to.',
      charged: 'no',
    });
  });

  it('is told where it has yet to be made', async () => {
    const parent = await tempDir();
    chmodSync(parent, 0o555);
    onTestFinished(() => chmodSync(parent, 0o755));
    const folder = path.join(parent, 'state');
    const failure = await asOrdinaryUser(() => Ledger.open(folder, CONTEXT).catch((error: unknown) => error));
    expect(failure).toMatchObject({
      kind: 'input',
      message: expect.stringContaining('ledger.db cannot be created or read: permission denied.') as string,
    });
    expect(existsSync(folder)).toBe(false);
  });
});

describe('Several at once', () => {
  it('open a new ledger and write to it, and each finds what all have written', async () => {
    const folder = path.join(await tempDir(), 'state');
    const ledgers = await Promise.all(Array.from({ length: 8 }, () => open(folder)));
    const ids = ledgers.map((ledger) => jobIn(ledger, 'planned').id);
    for (const ledger of ledgers) expect(ids.map((id) => ledger.mustFind(id).id)).toEqual(ids);
  });

  it('wait for each other, and say so where the other one does not come to an end', async () => {
    const machine = await Machine.boot();
    const { ledger } = await machine.start();
    // Not the ten seconds that it waits in life.
    ledger.db.row('PRAGMA busy_timeout = 20');
    const other = connect(machine.folder);
    other.exec('BEGIN IMMEDIATE');
    expect(() => plan(ledger)).toThrow(
      expect.objectContaining({
        kind: 'temporary',
        message: expect.stringContaining(
          'ledger.db is locked by another process. Nothing more is sent.',
        ) as string,
      }) as Error,
    );
    other.exec('COMMIT');
    expect(ledger.mustFind(plan(ledger)).state).toBe('planned');
  });
});
