import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.js';
import { tempDir } from '../support/temp-dir.js';
import { jobIn, newJob } from './machine.js';
import { CONTEXT, open } from './opened.js';

describe('A file that is no ledger, or is damaged', () => {
  it.each([
    ['text', Buffer.from('this is no database, whatever its name says\n'.repeat(100))],
    ['zeroes', Buffer.alloc(8192)],
    ['the beginning of one', Buffer.from('SQLite format 3\0')],
  ])('is left as it is: %s', async (_, bytes) => {
    const folder = await tempDir();
    const file = path.join(folder, 'ledger.db');
    writeFileSync(file, bytes);
    await expect(Ledger.open(folder, CONTEXT)).rejects.toMatchObject({
      kind: 'input',
      message: `The ledger ${file} is damaged or is not a ledger. Nothing more is sent.`,
      hint: expect.stringContaining('Rename it to start a new one.') as string,
    });
    expect(readFileSync(file)).toEqual(bytes);
  });

  it('is told at each read and write that meets the damage, with the path', async () => {
    const folder = await tempDir();
    const file = path.join(folder, 'ledger.db');
    const first = await Ledger.open(folder, CONTEXT);
    const { id } = jobIn(first, 'planned');
    for (let count = 0; count < 200; count++) jobIn(first, 'intent');
    first.close();
    spoil(file);
    const ledger = await open(folder);
    const calls = [
      () => ledger.mustFind(id),
      () => ledger.intend(id, {}, []),
      () => ledger.begin(newJob(), { caps: { dailyCapUsd: 1 }, again: false }),
      () => ledger.accept(id, 'fal-1'),
      () => ledger.adopt({ ...newJob(), requestId: 'fal-1' }),
    ];
    for (const call of calls) {
      expect(call).toThrow(`The ledger ${file} is damaged`);
      expect(call).toThrow(/Nothing more is sent/);
    }
  });
});

/** Overwrites all pages but those that hold the schema. */
function spoil(file: string): void {
  const { size } = statSync(file);
  const page = 4096;
  const pages = readFileSync(file);
  const handle = openSync(file, 'r+');
  for (let start = page; start < size; start += page) {
    if (pages.subarray(start, start + page).includes('CREATE ')) continue;
    writeSync(handle, Buffer.alloc(page, 0xa5), 0, page, start);
  }
  closeSync(handle);
}
