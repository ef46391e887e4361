import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.js';
import { migrate } from '../../src/ledger/schema.js';
import { tempDir } from '../support/temp-dir.js';
import { jobIn } from './machine.js';
import { connect, CONTEXT, open } from './opened.js';

const isRoot = process.getuid?.() === 0;

describe('A full disk', () => {
  it('is told by the write that meets it, and that write has changed nothing', async () => {
    const ledger = await open(await tempDir());
    const { id } = jobIn(ledger, 'planned');
    const { page_count: pages } = ledger.db.row('PRAGMA page_count') as { page_count: number };
    // To SQLite a file that may not grow is a disk that has no room.
    ledger.db.row(`PRAGMA max_page_count = ${pages}`);
    const input = { prompt: 'x'.repeat(100_000) };
    expect(() => ledger.intend(id, input, [])).toThrow(
      expect.objectContaining({
        kind: 'input',
        message: expect.stringContaining(
          'ledger.db cannot be written to: the disk is full. Nothing more',
        ) as string,
        hint: expect.stringContaining('Free some space') as string,
      }) as Error,
    );
    expect(ledger.mustFind(id)).toMatchObject({ state: 'planned', intentAt: undefined, input: undefined });
    ledger.db.row(`PRAGMA max_page_count = ${pages + 100}`);
    ledger.intend(id, input, []);
    expect(ledger.mustFind(id).state).toBe('intent');
  });

  it('is told where the ledger has yet to be made, and does not hide behind the clearing up', async () => {
    const db = connect(await tempDir());
    db.exec('PRAGMA max_page_count = 2');
    expect(() => migrate(db)).toThrow(/database or disk is full/);
    expect(db.isTransaction).toBe(false);
  });

  it.for([0, 4096, 16_384])(
    'is told when the ledger is opened, with %i bytes left',
    async (left, { skip }) => {
      const folder = smallDisk(await tempDir(), left);
      if (folder === undefined) return skip('a small disk can be mounted by root alone');
      const failure = await Ledger.open(folder, CONTEXT).then(
        (ledger) => {
          ledger.close();
          return undefined;
        },
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({
        kind: 'input',
        message: expect.stringContaining('cannot be written to: the disk is full.') as string,
      });
    },
  );
});

/** A disk of its own with little left on it; undefined where none can be had. */
function smallDisk(folder: string, left: number): string | undefined {
  if (!isRoot || process.platform !== 'linux') return undefined;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=65536`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  // SQLite lets go of a file when its statements are swept up: that may be later.
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  writeFileSync(path.join(folder, 'other'), Buffer.alloc(65_536 - left));
  return folder;
}
