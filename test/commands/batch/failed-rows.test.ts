/* Rows that were given up and may be paid for all the same: fal is asked first, and nothing is paid for twice. */
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { expect, it, test } from 'vitest';
import { statusToxic } from '../../edit/harness.js';
import { batchScene, jsonl, resultsIn, summaryIn, type BatchScene } from './scene.js';

/** One row that fal accepted, and then no longer knew, so that it failed and may be charged. */
async function givenUp(prompt = 'one'): Promise<BatchScene> {
  const scene = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', prompt }) });
  forget(scene);
  const first = await scene.batch('rows.jsonl');
  expect(first.code, first.stderr).toBe(1);
  expect(await resultsIn(scene)).toMatchObject([{ state: 'failed', error: { charged: 'maybe' } }]);
  scene.fal.clearToxics();
  return scene;
}

function forget({ fal }: BatchScene): void {
  fal.addToxic(statusToxic('result', 404));
  fal.addToxic(statusToxic('history', 403));
}

const accepted = ({ fal }: BatchScene): number => fal.ledger().accepted.length;

test.each(['temporary', 'all', 'none'])(
  'fetches it for nothing where fal has it, with --retry %s',
  async (retry) => {
    const scene = await givenUp();
    const second = await scene.batch('rows.jsonl', '--retry', retry);
    expect([second.code, accepted(scene)], second.stderr).toEqual([0, 1]);
    expect(await summaryIn(scene)).toMatchObject({ states: { done: 1 }, cost: { outstanding_usd: 0 } });
  },
);

it('fetches it with --collect too', async () => {
  const scene = await givenUp();
  const second = await scene.run(['--collect', '-d', 'out', '--no-report']);
  expect([second.code, accepted(scene)], second.stderr).toEqual([0, 1]);
});

it('fetches what a release failed that took a 503 for the end', async () => {
  const scene = await givenUp();
  const db = new DatabaseSync(path.join(scene.cwd, 'out', 'ledger.db'));
  const error = { kind: 'failed', message: 'The model failed at fal (503).', retryable: true };
  db.prepare("UPDATE jobs SET charged = 'no', error = ?").run(JSON.stringify(error));
  db.close();
  const second = await scene.batch('rows.jsonl');
  expect([second.code, accepted(scene)], second.stderr).toEqual([0, 1]);
});

it('sends it where fal says that it failed and costs nothing', async () => {
  const scene = await givenUp('x [sandbox:fail]');
  const second = await scene.batch('rows.jsonl');
  expect([second.code, accepted(scene)], second.stderr).toEqual([1, 2]);
});

test.each<[string, number]>([
  ['temporary', 1],
  ['all', 2],
])('says so where fal no longer knows it, with --retry %s', async (retry, times) => {
  const scene = await givenUp();
  forget(scene);
  const second = await scene.batch('rows.jsonl', '--retry', retry);
  expect([second.code, accepted(scene)], second.stderr).toEqual([1, times]);
  expect(second.stderr).toContain('fal no longer knows 1 row that failed and may have been charged.');
});

it('leaves it as it is where fal cannot be asked, with --retry all too', async () => {
  const scene = await givenUp();
  scene.fal.addToxic(statusToxic('status', 503));
  const second = await scene.batch('rows.jsonl', '--retry', 'all');
  expect([second.code, accepted(scene)], second.stderr).toEqual([1, 1]);
  expect(second.stderr).toContain('1 row failed and may have been charged, but fal could not be asked.');
  expect(await summaryIn(scene)).toMatchObject({ states: { failed: 1 } });
});

it('says in a dry run how many fal would be asked about first, and asks nothing', async () => {
  const scene = await givenUp();
  const dry = await scene.batch('rows.jsonl', '--dry-run');
  expect(dry.stdout).toContain('Failed, may have been charged (fal is asked first): 1\n');
  expect((await scene.batch('rows.jsonl', '--dry-run', '--json')).json()).toMatchObject({ to_ask: 1 });
  expect(accepted(scene)).toBe(1);
});
