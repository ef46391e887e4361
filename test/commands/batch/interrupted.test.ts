/* Ctrl-C: what runs stays at fal, what waits there is taken out, and the same command goes on. */
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { InterruptedError } from '../../../src/errors/error.js';
import { until } from '../../edit/harness.js';
import { batchScene, jsonl, resultsIn, summaryIn } from './scene.js';

const SIX = jsonl(...Array.from({ length: 6 }, (_, n) => ({ image: 'a.png', prompt: `p${n}` })));
const ONE = jsonl({ image: 'a.png', prompt: 'one' });

it('ends as 130, leaves what is running at fal, and goes on without paying twice', async () => {
  const scene = await batchScene({ 'rows.jsonl': SIX }, { inferenceMs: 1_000 });
  const stop = new AbortController();
  const running = scene.run(['rows.jsonl', '-d', 'out', '--no-report', '--concurrency', '2'], {
    interrupt: stop.signal,
  });
  await until(() => {
    const { accepted, requests } = scene.fal.ledger();
    return accepted.filter(({ state }) => state === 'running').length === 2 && requests.by_role.stream === 2;
  });
  stop.abort();
  const { code, stdout, stderr } = await running;
  expect([code, stdout]).toEqual([130, '']);
  expect(stderr).toMatch(/error: Interrupted\. 0 of 6 rows are done; 2 waiting for results, 4 not sent\./);
  expect(await summaryIn(scene)).toMatchObject({ status: 'interrupted', exit_code: 130 });
  expect(scene.fal.ledger().accepted).toHaveLength(2);

  const later = await scene.batch('rows.jsonl');
  expect(later.code, later.stderr).toBe(0);
  expect(scene.fal.ledger().accepted).toHaveLength(6);
  expect(await resultsIn(scene)).toHaveLength(6);
});

it('takes out of the queue what does not run yet, which costs nothing', async () => {
  const scene = await batchScene({ 'rows.jsonl': ONE }, { queueMs: 60_000 });
  const stop = new AbortController();
  const running = scene.run(['rows.jsonl', '-d', 'out', '--no-report'], { interrupt: stop.signal });
  await until(() => (scene.fal.ledger().requests.by_role.stream ?? 0) > 0);
  stop.abort();
  expect((await running).code).toBe(130);
  expect(scene.fal.ledger().charges).toBe(0);
  expect(await summaryIn(scene)).toMatchObject({ states: { pending: 1 }, cost: { outstanding_usd: 0 } });
});

it('while a row is being sent does not know whether fal has it, and asks before it pays', async () => {
  const scene = await batchScene({ 'rows.jsonl': ONE });
  scene.fal.addToxic({ type: 'pause', on: 'submit', stream: 'downstream', name: 'answer', times: 1 });
  const stop = new AbortController();
  const running = scene.run(['rows.jsonl', '-d', 'out', '--no-report'], { interrupt: stop.signal });
  await scene.fal.reached('answer');
  stop.abort();
  const { code, stderr } = await running;
  expect([code, stderr]).toEqual([130, expect.stringContaining('it may have arrived and may be charged')]);
  expect(await summaryIn(scene)).toMatchObject({ states: { unknown: 1 }, cost: { outstanding_usd: 0.075 } });

  const later = await scene.batch('rows.jsonl');
  expect(later.code, later.stderr).toBe(0);
  expect(later.stderr).toContain('fal had accepted 1 row that may have been sent; waiting for it.');
  expect(scene.fal.ledger().accepted).toHaveLength(1);
});

it('before anything was sent has sent nothing', async () => {
  const scene = await batchScene({ 'rows.jsonl': SIX });
  scene.fal.addToxic({ type: 'pause', on: 'initiate', stream: 'upstream', name: 'upload' });
  const stop = new AbortController();
  const running = scene.run(['rows.jsonl', '-d', 'out', '--no-report'], { interrupt: stop.signal });
  await scene.fal.reached('upload');
  stop.abort();
  expect((await running).code).toBe(130);
  expect(await summaryIn(scene)).toMatchObject({ states: { pending: 6 } });
  scene.fal.release('upload');
  expect((await scene.batch('rows.jsonl')).code).toBe(0);
  expect(scene.fal.ledger().accepted).toHaveLength(6);
});

it('while the rows are read leaves the out-dir free, and the ledger as it was', async () => {
  const scene = await batchScene({ 'rows.jsonl': ONE });
  const stdin = new PassThrough();
  stdin.write(SIX);
  const stop = new AbortController();
  const running = scene.run(['-', '-d', 'out', '--no-report'], {
    interrupt: stop.signal,
    context: { stdin },
  });
  await until(() => stdin.readableLength === 0);
  stop.abort();
  const { code, stdout, stderr } = await running;
  expect([code, stdout], stderr).toEqual([130, '']);
  expect(scene.fal.ledger().requests.total).toBe(0);
  const next = await scene.batch('rows.jsonl', '-n', '--json');
  expect(next.json()).toMatchObject({ rows: 1, changes: null });
});

it('once is enough: a run that is interrupted before it begins does nothing', async () => {
  const scene = await batchScene({ 'rows.jsonl': ONE });
  const stop = new AbortController();
  stop.abort(new InterruptedError('SIGINT'));
  const { code } = await scene.run(['rows.jsonl', '-d', 'out'], { context: { signal: stop.signal } });
  expect(code).toBe(130);
  expect(scene.fal.ledger().requests.total).toBe(0);
});

it('keeps what has come home', async () => {
  const scene = await batchScene({ 'rows.jsonl': SIX });
  scene.fal.addToxic({ type: 'pause', on: 'file', stream: 'upstream', name: 'picture', after: 2 });
  const stop = new AbortController();
  const running = scene.run(['rows.jsonl', '-d', 'out', '--no-report'], { interrupt: stop.signal });
  await until(() => scene.fal.hits('picture') === 4);
  await until(() => scene.fal.ledger().requests.by_role.file === 6);
  stop.abort();
  const { code, stderr } = await running;
  expect([code, stderr]).toEqual([
    130,
    expect.stringContaining('2 of 6 rows are done; 4 waiting for results.'),
  ]);
  expect(await resultsIn(scene)).toHaveLength(2);
  scene.fal.release('picture');
  expect((await scene.batch('rows.jsonl')).code).toBe(0);
  expect(scene.fal.ledger().accepted).toHaveLength(6);
});
