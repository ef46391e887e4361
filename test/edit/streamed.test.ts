/* An edit whose bytes were to go to stdout, and that was cut short once fal's answer was in the ledger. */
import { expect, test } from 'vitest';
import { Journal } from '../../src/edit/journal.js';
import { resumeJob } from '../../src/edit/run.js';
import { systemContext } from '../../src/context.js';
import { routeOf } from '../../src/fal/route.js';
import { onlyJobIn, openLedgerIn, stateIn } from '../support/ledger.js';
import { sandbox } from '../support/sandbox.js';
import { editCat, leftIn } from './harness.js';

test('whoever goes on with it without a stream gets a file', async () => {
  const fal = await sandbox({ renderPictures: false });
  const { cwd } = await editCat({ env: fal.env });
  const state = stateIn(cwd);
  const first = await onlyJobIn(state);
  const ledger = await openLedgerIn(state);
  const job = ledger.adopt({ ...first, requestId: 'another-one', output: { ...first.output!, cwd } });
  const journal = new Journal(ledger, job, () => undefined);
  // As a run with `-o -` leaves it: completed, and no path chosen.
  await journal.completed({ result: first.result, targets: () => [undefined] });

  const completed = ledger.mustFind(job.id);
  const context = { ...systemContext(new AbortController().signal), cwd };
  const { record, error } = await resumeJob(
    completed,
    { context, ledger, route: routeOf({ key: undefined, proxyUrl: fal.proxyUrl }, context) },
    {
      timeoutMs: 5_000,
      onEvent: () => undefined,
    },
  );
  expect(error).toBeUndefined();
  expect(await leftIn(cwd)).toEqual(['out.2.png', 'out.png']);
  expect(record.images.map(({ path }) => path)).toEqual([`${cwd}/out.2.png`]);
  expect(ledger.mustFind(job.id)).toMatchObject({ state: 'saved', images: [{ path: `${cwd}/out.2.png` }] });
});
