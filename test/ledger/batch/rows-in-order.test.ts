import { describe, expect, it } from 'vitest';
import { rowsInOrder, type RowState } from '../../../src/ledger/batch/states.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { jobIn, plan } from '../machine.js';
import { openBatch, readManifest } from './rows.js';

const COUNT = 250;
const KEYS = Array.from({ length: COUNT }, (_, index) => `row ${index}`);

/** A batch of several pages. */
async function batch(): Promise<Ledger> {
  const ledger = await openBatch();
  readManifest(ledger, KEYS);
  return ledger;
}

const save = (ledger: Ledger, key: string): void => void jobIn(ledger, 'saved', { askedHash: key });

const seen = (ledger: Ledger, states?: readonly RowState[]): string[] =>
  [...rowsInOrder(ledger, states)].map(({ key }) => key);

describe('The rows in their order', () => {
  it('are all there, each once, over many pages', async () => {
    const ledger = await batch();
    expect(seen(ledger)).toEqual(KEYS);
    expect([...rowsInOrder(ledger)].map(({ position }) => position)).toEqual(KEYS.map((_, index) => index));
  });

  it('are those in these states alone', async () => {
    const ledger = await batch();
    const done = KEYS.filter((_, index) => index % 3 === 0);
    for (const key of done) save(ledger, key);
    expect(seen(ledger, ['done'])).toEqual(done);
    expect(seen(ledger, ['pending'])).toEqual(KEYS.filter((key) => !done.includes(key)));
    expect(seen(ledger, ['failed', 'unknown'])).toEqual([]);
    expect(seen(ledger, [])).toEqual([]);
  });

  it('lose none and show none twice where each leaves its state as soon as it was seen', async () => {
    const ledger = await batch();
    const visited: string[] = [];
    for (const { key } of rowsInOrder(ledger, ['pending'])) {
      visited.push(key);
      save(ledger, key);
    }
    expect(visited).toEqual(KEYS);
  });

  it('do not come again where one gets its old state back', async () => {
    const ledger = await batch();
    let visits = 0;
    for (const { key } of rowsInOrder(ledger, ['pending'])) {
      visits++;
      // Sent, and provably not taken.
      const id = plan(ledger, { askedHash: key });
      ledger.end(id, { state: 'cancelled', charged: 'no' });
    }
    expect(visits).toBe(COUNT);
  });

  it('are each as it is when its turn comes, not as it was when the first one was seen', async () => {
    const ledger = await batch();
    const visited: string[] = [];
    for (const { key, state } of rowsInOrder(ledger, ['pending'])) {
      expect(state).toBe('pending');
      visited.push(key);
      // Somebody else is quicker, with one of this page and one of the next.
      if (key === 'row 0') for (const other of ['row 7', 'row 230']) save(ledger, other);
    }
    expect(visited).toEqual(KEYS.filter((key) => key !== 'row 7' && key !== 'row 230'));
  });

  it('can be left before the end, and the ledger still be closed into one file', async () => {
    const ledger = await batch();
    for (const { key } of rowsInOrder(ledger)) if (key === 'row 3') break;
    ledger.close();
  });
});
