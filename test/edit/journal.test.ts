/* A ledger that cannot be written to for a while, after fal has accepted the edit. */
import { describe, expect, test } from 'vitest';
import type { EditEvent } from '../../src/edit/events.js';
import { Journal } from '../../src/edit/journal.js';
import { FalEditError } from '../../src/errors/error.js';
import { openBatch } from '../ledger/batch/rows.js';
import { intend, newRequestId, oneProcess, plan } from '../ledger/machine.js';

async function sentEdit(open = async () => (await oneProcess()).ledger) {
  const ledger = await open();
  const id = plan(ledger);
  intend(ledger, id);
  const events: EditEvent[] = [];
  const journal = new Journal(ledger, ledger.mustFind(id), (event) => events.push(event));
  const steps = {
    accept: () => journal.accepted(requestId),
    complete: () =>
      journal.completed({ result: { images: [1] }, billedUnits: 2, targets: () => ['/pictures/a.png'] }),
    save: () => journal.savedImage({ ...IMAGE, path: '/pictures/a.png', sha256: 'ab', receivedSha256: 'cd' }),
    finish: () => journal.finished(),
  };
  const requestId = newRequestId();
  const readOnly = (on: boolean): unknown => ledger.db.row(`PRAGMA query_only = ${on ? 'ON' : 'OFF'}`);
  const db = {
    exec: (sql: string): void => ledger.db.exec(sql),
    together: (write: () => void): void => void ledger.write('soon', write).catch(() => undefined),
  };
  return { journal, steps, events, requestId, readOnly, db, job: () => ledger.mustFind(id) };
}

const IMAGE = { index: 0, width: 1, height: 1, contentType: 'image/png', bytes: 1 };
const STEPS = ['accept', 'complete', 'save', 'finish'] as const;

describe('a write that fails', () => {
  test.each(STEPS.slice(0, 3))('%s: is made up for by the next one', async (failing) => {
    const { journal, steps, events, requestId, readOnly, job } = await sentEdit();
    for (const step of STEPS) {
      readOnly(step === failing);
      await steps[step]();
    }
    expect(job()).toMatchObject({
      state: 'saved',
      requestId,
      result: { images: [1] },
      billedUnits: 2,
      images: [{ target: '/pictures/a.png', path: '/pictures/a.png', sha256: 'ab' }],
    });
    expect(events).toMatchObject([{ type: 'unrecorded', requestId }]);
    expect(journal.fellBehind).toBeUndefined();
  });

  test('and all that follow: the ledger stays where it was, and the journal knows', async () => {
    const { journal, steps, readOnly, job } = await sentEdit();
    readOnly(true);
    for (const step of STEPS) await steps[step]();
    expect(job()).toMatchObject({ state: 'intent', requestId: undefined });
    expect(journal.fellBehind).toMatchObject({ message: expect.stringContaining('read-only') as string });
  });
});

describe('in a batch, where edits write together', () => {
  test.each(STEPS.slice(0, 3))('%s: is made up for by the next one', async (failing) => {
    const { steps, readOnly, job, journal } = await sentEdit(openBatch);
    for (const step of STEPS) {
      readOnly(step === failing);
      await steps[step]();
    }
    expect(job()).toMatchObject({ state: 'saved', billedUnits: 2, images: [{ sha256: 'ab' }] });
    expect(journal.fellBehind).toBeUndefined();
  });

  test.each(STEPS.slice(0, 3))('%s: what others fail with is written all the same', async (failing) => {
    const { steps, job, journal, db } = await sentEdit(openBatch);
    for (const step of STEPS) {
      const written = steps[step]();
      // Comes after it, in the same transaction.
      if (step === failing) db.together(() => db.exec('ROLLBACK'));
      await written;
    }
    expect(job()).toMatchObject({ state: 'saved', billedUnits: 2, images: [{ sha256: 'ab' }] });
    expect(journal.fellBehind).toBeUndefined();
  });

  test('an edit that ends before its turn comes is written down in order', async () => {
    const { journal, steps, job, requestId } = await sentEdit(openBatch);
    const written = steps.accept();
    journal.ended(new FalEditError('failed', 'The runner died.', { charged: 'no' }), 'accepted');
    expect(job()).toMatchObject({ state: 'failed', requestId });
    await written;
    expect(job()).toMatchObject({ state: 'failed', requestId });
  });
});

test('the names that were chosen stay, though the ledger hears of them after the pictures have them', async () => {
  const { journal, steps, readOnly, job } = await sentEdit();
  await steps.accept();
  readOnly(true);
  let chosen = 0;
  const targets = (): string[] => [`/pictures/${++chosen}.png`];
  expect(await journal.completed({ result: {}, targets })).toEqual(['/pictures/1.png']);
  readOnly(false);
  await journal.savedImage({ ...IMAGE, path: '/pictures/1.png', sha256: 'ab', receivedSha256: 'ab' });
  expect(job().images).toMatchObject([{ target: '/pictures/1.png', path: '/pictures/1.png' }]);
});
