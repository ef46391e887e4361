import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/server.js';
import { DOT, GENERAL, ask, events, quickSandbox, submit } from '../fal.js';

const input = { prompt: 'a dot', image_url: DOT, seed: 1 };

/** The code and the body of a cancel. */
async function cancel(sandbox: Sandbox, base: string): Promise<unknown[]> {
  const { status, body } = await ask(sandbox, 'PUT', `${base}/cancel`);
  return [status, body];
}

async function running(sandbox: Sandbox): Promise<string> {
  const base = await submit(sandbox, GENERAL, input);
  while (sandbox.ledger().accepted[0]?.state !== 'running') await sleep(2);
  return base;
}

const REQUESTED = [202, { status: 'CANCELLATION_REQUESTED' }];
const OVER = [400, { status: 'ALREADY_COMPLETED' }];
const OK = [200, { status: 'OK' }];
const DETAIL = [400, { detail: expect.any(String) }];

describe.each([
  ['documented', REQUESTED, OVER],
  ['ok', OK, OVER],
  ['detail', REQUESTED, DETAIL],
] as const)('form %s', (cancelForm, queued, finished) => {
  test('of a queued job, which is gone', async () => {
    const sandbox = await quickSandbox({ cancelForm, queueMs: 60_000 });
    const base = await submit(sandbox, GENERAL, input);
    expect(await cancel(sandbox, base)).toEqual(queued);
    expect(sandbox.ledger().accepted).toMatchObject([{ state: 'cancelled' }]);
  });

  test('of a running job, which stops', async () => {
    const sandbox = await quickSandbox({ cancelForm, inferenceMs: 60_000 });
    const base = await running(sandbox);
    expect(await cancel(sandbox, base)).toEqual(REQUESTED);
    await events(sandbox, base);
    expect((await ask(sandbox, 'GET', base)).status).toBe(499);
  });

  test('of a finished job', async () => {
    const sandbox = await quickSandbox({ cancelForm });
    const base = await submit(sandbox, GENERAL, input);
    await events(sandbox, base);
    expect(await cancel(sandbox, base)).toEqual(finished);
  });
});

describe('ignoreCancel', () => {
  test('a running job goes on to its end and is charged', async () => {
    const sandbox = await quickSandbox({ ignoreCancel: true, inferenceMs: 500 });
    const base = await running(sandbox);
    expect(await cancel(sandbox, base)).toEqual(REQUESTED);
    await events(sandbox, base);
    expect((await ask(sandbox, 'GET', base)).status).toBe(200);
    expect(sandbox.ledger()).toMatchObject({ charges: 1, accepted: [{ state: 'completed' }] });
  });

  test('a queued job is removed all the same', async () => {
    const sandbox = await quickSandbox({ ignoreCancel: true, queueMs: 60_000 });
    await cancel(sandbox, await submit(sandbox, GENERAL, input));
    expect(sandbox.ledger().accepted).toMatchObject([{ state: 'cancelled' }]);
  });
});
