import { expect, it } from 'vitest';
import { batchCosts } from '../../../src/ledger/batch/costs.js';
import { jobIn } from '../machine.js';
import { openBatch, readManifest } from './rows.js';

it('what fal took twice for a row counts twice, and other jobs do not', async () => {
  const ledger = await openBatch();
  readManifest(ledger, ['a', 'b']);
  const one = jobIn(ledger, 'saved', { askedHash: 'a', estimatedUsd: 0.1 });
  jobIn(ledger, 'saved', { askedHash: 'gone', estimatedUsd: 5 });
  const { billed, outstanding } = batchCosts(ledger.db);
  const twin = ledger.adopt({ ...one, requestId: 'twin', duplicateOf: one.id, estimatedUsd: 0.25 });
  expect(twin.duplicateOf).toBe(one.id);
  expect(batchCosts(ledger.db)).toMatchObject({ billed, outstanding: outstanding + 0.25 });
  readManifest(ledger, ['b']);
  expect(batchCosts(ledger.db)).toMatchObject({ billed: 0, outstanding: 0 });
});
