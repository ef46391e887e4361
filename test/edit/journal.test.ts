/* A ledger that cannot be written to for a while, after fal has accepted the edit. */
import { describe, expect, test } from 'vitest';
import type { EditEvent } from '../../src/edit/events.js';
import { Journal } from '../../src/edit/journal.js';
import { recordOfJob } from '../../src/edit/record.js';
import { intend, newRequestId, oneProcess, plan } from '../ledger/machine.js';

async function sentEdit() {
  const { ledger } = await oneProcess();
  const id = plan(ledger);
  intend(ledger, id);
  const record = recordOfJob(ledger.mustFind(id));
  const events: EditEvent[] = [];
  const journal = new Journal(ledger, ledger.mustFind(id), record, (event) => events.push(event));
  const steps = {
    accept: () => journal.accepted(requestId),
    complete: () =>
      journal.completed({ result: { images: [1] }, billedUnits: 2, targets: () => ['/pictures/a.png'] }),
    save: () => journal.savedImage({ ...IMAGE, path: '/pictures/a.png', sha256: 'ab' }),
    finish: () => journal.finished(),
  };
  const requestId = newRequestId();
  const readOnly = (on: boolean): unknown => ledger.db.row(`PRAGMA query_only = ${on ? 'ON' : 'OFF'}`);
  return { journal, steps, events, requestId, readOnly, job: () => ledger.mustFind(id) };
}

const IMAGE = { index: 0, width: 1, height: 1, contentType: 'image/png', bytes: 1 };
const STEPS = ['accept', 'complete', 'save', 'finish'] as const;

describe('a write that fails', () => {
  test.each(STEPS.slice(0, 3))('%s: is made up for by the next one', async (failing) => {
    const { journal, steps, events, requestId, readOnly, job } = await sentEdit();
    for (const step of STEPS) {
      readOnly(step === failing);
      steps[step]();
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
    for (const step of STEPS) steps[step]();
    expect(job()).toMatchObject({ state: 'intent', requestId: undefined });
    expect(journal.fellBehind).toMatchObject({ message: expect.stringContaining('read-only') as string });
  });
});

test('the names that were chosen stay, though the ledger hears of them after the pictures have them', async () => {
  const { journal, steps, readOnly, job } = await sentEdit();
  steps.accept();
  readOnly(true);
  let chosen = 0;
  const targets = (): string[] => [`/pictures/${++chosen}.png`];
  expect(journal.completed({ result: {}, targets })).toEqual(['/pictures/1.png']);
  readOnly(false);
  journal.savedImage({ ...IMAGE, path: '/pictures/1.png', sha256: 'ab' });
  expect(job().images).toMatchObject([{ target: '/pictures/1.png', path: '/pictures/1.png' }]);
});
