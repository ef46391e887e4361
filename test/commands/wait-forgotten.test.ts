import { describe, expect, it } from 'vitest';
import { leftIn, statusToxic, type Document } from '../edit/harness.js';
import { controlScene } from './control-scene.js';

const HOUR = 3_600_000;

/** A local fal whose clock can be put forward. */
async function later(historyPayloads: boolean) {
  let ahead = 0;
  const scene = await controlScene({ historyPayloads, now: () => Date.now() + ahead });
  const id = await scene.detach();
  await scene.answer(id);
  ahead = 2 * HOUR;
  return { ...scene, id };
}

it('brings home from the history what the queue has forgotten', async () => {
  const { run, id, fal } = await later(true);
  expect((await run(['wait', id])).stdout).toBe('cat.edit.png\n');
  expect(fal.ledger().requests.by_role.history).toBe(1);
});

it('says what can still be done where fal has kept nothing', async () => {
  const { run, id } = await later(false);
  const result = await run(['wait', id, '--json']);
  expect(result.code).toBe(1);
  expect(result.json<Document>()).toMatchObject({ status: 'error', error: { kind: 'failed' } });
  expect(result.stderr).toContain('for an hour');
  expect(result.stderr).toContain('https://fal.ai/dashboard');
});

it('prints a result from the history, and says when there is none', async () => {
  const kept = await later(true);
  expect((await kept.run(['result', kept.id])).json()).toMatchObject({ images: [{ width: 96 }] });
  const gone = await later(false);
  const result = await gone.run(['result', gone.id]);
  expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 1, stdout: '' });
  expect(result.stderr).toContain('for an hour');
});

describe('an edit that was given up because fal said that it has none', () => {
  it('is had after all where fal knows it again, and paid for once', async () => {
    const { fal, cwd, run, job } = await controlScene({ inferenceMs: 300, historyPayloads: false });
    for (const on of ['status', 'stream'] as const) fal.addToxic({ type: 'status', on, code: 404 });
    const lost = await run(['cat.png', '-p', 'snow', '-o', 'out.png']);
    expect(lost.code, lost.stderr).toBe(1);
    expect(await job()).toMatchObject({ state: 'failed', charged: 'maybe' });

    fal.clearToxics();
    const found = await run(['wait', 'last']);
    expect({ code: found.code, stdout: found.stdout }, found.stderr).toEqual({
      code: 0,
      stdout: 'out.png\n',
    });
    expect(await job()).toMatchObject({ state: 'saved', charged: 'yes', error: undefined });
    expect([fal.ledger().accepted.length, await leftIn(cwd)]).toEqual([1, ['out.png']]);
  });

  it.each([
    { charged: 'yes', message: 'fal says that the edit is done, but its answer contains no picture.' },
    // As releases wrote it that took any 503 for the model's own.
    { charged: 'no', message: 'The model failed at fal (503).' },
  ])('is asked for whatever was written down: $charged, $message', async ({ charged, message }) => {
    const { run, id, ledger, fal } = await givenUp('snow');
    const { db } = await ledger();
    db.run('UPDATE jobs SET charged = ?, error = ?', charged, JSON.stringify({ kind: 'failed', message }));
    expect((await run(['wait', id])).code).toBe(0);
    expect(fal.ledger().accepted).toHaveLength(1);
  });

  it('is known to cost nothing once fal says so, whatever fal forgets later', async () => {
    const { run, id, job, fal } = await givenUp('snow [sandbox:fail]');
    expect((await run(['wait', id])).code).toBe(1);
    expect(await job()).toMatchObject({ state: 'failed', charged: 'no', owner: undefined });
    fal.addToxic(statusToxic('status', 404));
    expect((await run(['wait', id])).stderr).toContain('The model failed (500)');
  });
});

/** An edit that failed, and may be charged, since fal did not know it any more. */
async function givenUp(prompt: string) {
  const scene = await controlScene();
  const id = await scene.detach('-p', prompt);
  scene.fal.addToxic(statusToxic('result', 404));
  scene.fal.addToxic(statusToxic('history', 403));
  expect((await scene.run(['wait', id])).code).toBe(1);
  scene.fal.clearToxics();
  return { ...scene, id };
}
