import { describe, expect, it } from 'vitest';
import { inState, until } from '../edit/harness.js';
import { tempDir } from '../support/temp-dir.js';
import { controlScene, type Several } from './control-scene.js';

describe('one that waits in the queue', () => {
  it.each(['documented', 'ok'] as const)('is cancelled, and costs nothing: %s form', async (cancelForm) => {
    const { run, detach, job } = await controlScene({ queueMs: 60_000, cancelForm });
    const id = await detach();
    const result = await run(['cancel', id, '--json']);
    expect(result.code, result.stderr).toBe(0);
    expect(result.json<Several>()).toMatchObject({
      status: 'ok',
      requests: [{ request_id: id, cancel: 'cancelled', state: 'cancelled' }],
    });
    expect(await job()).toMatchObject({ state: 'cancelled', charged: 'no' });
  });

  it('may be cancelled twice', async () => {
    const { fal, run, detach } = await controlScene({ queueMs: 60_000 });
    const id = await detach();
    await run(['cancel', id]);
    const again = await run(['cancel', id], { env: {} });
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('cancelled: nothing is charged');
    expect(fal.ledger().requests.by_role.cancel).toBe(1);
  });

  it('may be of another machine, and is not adopted', async () => {
    const { run, detach } = await controlScene({ queueMs: 60_000 });
    const id = await detach();
    const result = await run(['cancel', id, '-m', 'flux-general', '--json'], { cwd: await tempDir() });
    expect(result.json<Several>().requests).toMatchObject([{ job: null, state: null, cancel: 'cancelled' }]);
  });
});

describe('one that runs', () => {
  it('is stopped where the model listens', async () => {
    const { fal, run, detach, job } = await controlScene({ inferenceMs: 60_000 });
    const id = await detach();
    await until(inState(fal, 'running'));
    expect((await run(['cancel', id])).code).toBe(0);
    expect(await job()).toMatchObject({ state: 'cancelled' });
  });

  it('may go on and be charged where it does not, and is not called cancelled', async () => {
    const { fal, run, detach, job } = await controlScene({ inferenceMs: 1500, ignoreCancel: true });
    const id = await detach();
    await until(inState(fal, 'running'));
    const result = await run(['cancel', id, '--json']);
    expect(result.code, result.stderr).toBe(0);
    expect(result.json<Several>().requests).toMatchObject([{ cancel: 'requested', state: 'accepted' }]);
    expect(result.stderr).toContain('may still finish and be charged');
    expect(await job()).toMatchObject({ state: 'accepted', cancelRequestedAt: expect.any(Number) });
    expect((await run(['wait', id])).stdout).toBe('cat.edit.png\n');
  });
});

describe('one that is done', () => {
  it.each(['documented', 'detail'] as const)(
    'cannot be cancelled, is charged, and can be had: %s form',
    async (cancelForm) => {
      const { run, detach, answer, job } = await controlScene({ cancelForm });
      const id = await detach();
      await answer(id);
      const result = await run(['cancel', id, '--json']);
      expect(result.code).toBe(1);
      expect(result.json<Several>()).toMatchObject({
        status: 'error',
        error: { kind: 'failed', charged: 'yes' },
        requests: [{ request_id: id, cancel: 'completed', state: 'accepted' }],
      });
      expect(result.stderr).toContain(`fal-edit wait ${id}`);
      expect(await job()).toMatchObject({ state: 'accepted' });
    },
  );

  it('is known to be done without asking fal where it is saved', async () => {
    const { fal, run, detach } = await controlScene();
    const id = await detach();
    await run(['wait', id]);
    const result = await run(['cancel', id], { env: {} });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('done and charged');
    expect(fal.ledger().requests.by_role.cancel).toBeUndefined();
  });
});

it('says that fal does not know one', async () => {
  const { run } = await controlScene();
  const result = await run(['cancel', '00000000-0000-4000-8000-000000000000', '-m', 'flux-general']);
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('fal no longer knows request');
});

it('says that fal could not be asked, and leaves it as it was', async () => {
  const { fal, run, detach, job } = await controlScene();
  const id = await detach();
  fal.addToxic({ type: 'reset_peer', on: 'cancel', stream: 'upstream' });
  const result = await run(['cancel', id]);
  expect(result.code).toBe(7);
  expect(await job()).toMatchObject({ state: 'accepted' });
});

it('cancels several, and says of each what came of it', async () => {
  const { run, detach } = await controlScene({ queueMs: 60_000 });
  const [one, two] = [await detach('--seed', '1'), await detach('--seed', '2')];
  const gone = '00000000-0000-4000-8000-000000000000';
  const result = await run(['cancel', one, gone, two, '-m', 'flux-general', '--json']);
  expect(result.code).toBe(3);
  expect(result.json<Several>().requests.map(({ cancel }) => cancel)).toEqual([
    'cancelled',
    'not-found',
    'cancelled',
  ]);
});
