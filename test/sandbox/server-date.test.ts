import { expect, test } from 'vitest';
import { DOT, GENERAL, call, quickSandbox } from './fal.js';

const DATE = 'Thu, 01 Oct 2026 12:00:00 GMT';
const now = () => Date.parse(DATE);

test.each([
  ['GET', 'https://api.fal.ai/v1/models'],
  ['GET', 'https://api.fal.ai/v1/nothing'],
  ['GET', `https://api.fal.ai/v1/models/requests/by-endpoint?endpoint_id=${GENERAL}`],
  ['POST', `https://queue.fal.run/${GENERAL}`],
])("%s %s is answered with the sandbox's own time", async (method, url) => {
  const sandbox = await quickSandbox({ now });
  const body = method === 'POST' ? { prompt: 'x', image_url: DOT } : undefined;
  expect((await call(sandbox, method, url, body)).headers.get('date')).toBe(DATE);
});

test.each([
  { type: 'status', on: 'models', code: 503 },
  { type: 'limit_data', on: 'models', bytes: 3 },
  { type: 'pause', on: 'models', at: 3, name: 'held' },
] as const)('an answer spoiled by %o has it too', async (toxic) => {
  const sandbox = await quickSandbox({ now, toxics: [toxic] });
  const answer = await call(sandbox, 'GET', 'https://api.fal.ai/v1/models');
  expect(answer.headers.get('date')).toBe(DATE);
  sandbox.release('held');
  await answer.text().catch(() => undefined);
});

test('an answer that was held carries the time at which it leaves', async () => {
  let time = now();
  const sandbox = await quickSandbox({
    now: () => time,
    toxics: [{ type: 'pause', on: 'models', stream: 'upstream', name: 'held' }],
  });
  const answer = call(sandbox, 'GET', 'https://api.fal.ai/v1/models');
  await sandbox.reached('held');
  time += 90_000;
  sandbox.release('held');
  expect((await answer).headers.get('date')).toBe('Thu, 01 Oct 2026 12:01:30 GMT');
});
