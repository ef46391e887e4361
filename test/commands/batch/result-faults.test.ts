/* A 5xx where the results are asked for: fal has the rows, and they are never sent again. */
import { expect, it } from 'vitest';
import { statusToxic } from '../../edit/harness.js';
import { batchScene, jsonl, summaryIn } from './scene.js';

const ROWS = jsonl({ image: 'a.png', prompt: 'one' }, { image: 'b.png', prompt: 'two' });

it('asks again within the run', async () => {
  const scene = await batchScene({ 'rows.jsonl': ROWS });
  scene.fal.addToxic({ ...statusToxic('result', 503), times: 2 });
  const { code, stderr } = await scene.batch('rows.jsonl');
  expect([code, scene.fal.ledger().accepted.length], stderr).toEqual([0, 2]);
});

it.each(['temporary', 'all'])('fetches them in a later run, with --retry %s too', async (retry) => {
  const scene = await batchScene({ 'rows.jsonl': ROWS });
  scene.fal.addToxic(statusToxic('result', 503));
  scene.fal.addToxic(statusToxic('history', 403));
  const first = await scene.batch('rows.jsonl', '--timeout', '4s');
  expect(first.code, first.stderr).toBe(7);
  expect(await summaryIn(scene)).toMatchObject({ states: { waiting: 2, failed: 0 } });
  scene.fal.clearToxics();
  const second = await scene.batch('rows.jsonl', '--retry', retry);
  expect([second.code, scene.fal.ledger().accepted.length], second.stderr).toEqual([0, 2]);
  expect(await summaryIn(scene)).toMatchObject({ states: { done: 2 } });
});

it('sends a row again whose model failed, as before', async () => {
  const scene = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', prompt: 'x [sandbox:fail]' }) });
  expect((await scene.batch('rows.jsonl')).code).toBe(1);
  expect((await scene.batch('rows.jsonl')).code).toBe(1);
  expect(scene.fal.ledger().accepted).toHaveLength(2);
});
