import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/server.js';
import { DOT, FLUX_2, GENERAL, ask, events, quickSandbox, run, submit, type HistoryItem } from '../fal.js';

const HISTORY = 'https://api.fal.ai/v1/models/requests/by-endpoint';
const START = Date.parse('2026-10-01T12:00:00Z');
const input = { prompt: 'a dot', image_url: DOT, seed: 1 };

const look = (sandbox: Sandbox, query: string) => ask(sandbox, 'GET', `${HISTORY}?${query}`);
const items = async (sandbox: Sandbox, query = ''): Promise<HistoryItem[]> =>
  (await look(sandbox, `endpoint_id=${GENERAL}${query}`)).body.items;
const seeds = (list: HistoryItem[]) => list.map((item) => (item.json_input as { seed: number }).seed);

/** A sandbox whose clock stands still until a test moves it. */
async function standing(settings = {}) {
  const clock = { time: START };
  const sandbox = await quickSandbox({ now: () => clock.time, ...settings });
  /** Runs jobs of these seeds to their ends, one each minute. */
  const each = async (...numbers: number[]) => {
    for (const seed of numbers) {
      await run(sandbox, GENERAL, { ...input, seed });
      clock.time += 60_000;
    }
  };
  return { sandbox, clock, each };
}

describe('an item', () => {
  test('has the documented keys, and payloads only when they are asked for', async () => {
    const { sandbox, clock } = await standing();
    const base = await submit(sandbox, GENERAL, input);
    clock.time += 2_500;
    await events(sandbox, base);
    const result = await ask(sandbox, 'GET', base);
    const { status, body } = await look(sandbox, `endpoint_id=${GENERAL}`);
    const [item] = body.items;
    expect(status).toBe(200);
    expect(body).toMatchObject({ next_cursor: null, has_more: false });
    expect(item).toEqual({
      request_id: result.headers.get('x-fal-request-id'),
      endpoint_id: GENERAL,
      started_at: expect.stringMatching(/^2026-10-01T12:00:0\d/),
      sent_at: '2026-10-01T12:00:00.000Z',
      ended_at: expect.stringMatching(/^2026-10-01T12:00:0\d/),
      status_code: 200,
      duration: expect.any(Number),
    });
    const expanded = { ...item, json_input: input, json_output: result.body };
    expect(await items(sandbox, '&expand=payloads')).toEqual([expanded]);
    expect(await items(sandbox, '&expand=other,payloads')).toEqual([expanded]);
  });

  test('of a waiting job has no end, no code and no duration', async () => {
    const { sandbox } = await standing({ queueMs: 60_000 });
    await submit(sandbox, GENERAL, input);
    expect(await items(sandbox, '&expand=payloads')).toMatchObject([
      {
        started_at: '2026-10-01T12:00:00.000Z',
        ended_at: null,
        status_code: null,
        duration: null,
        json_input: input,
        json_output: null,
      },
    ]);
  });

  test('of a failed job has its code and its error', async () => {
    const { sandbox } = await standing();
    const { body } = await run(sandbox, GENERAL, { prompt: 'x' });
    expect(await items(sandbox, '&expand=payloads')).toMatchObject([{ status_code: 422, json_output: body }]);
  });

  test('of sync_mode has no output', async () => {
    const { sandbox } = await standing();
    await run(sandbox, GENERAL, { ...input, sync_mode: true });
    const [item] = await items(sandbox, '&expand=payloads');
    expect(item).toMatchObject({ status_code: 200, json_input: { sync_mode: true }, json_output: null });
  });

  test('is listed with nulls where payloads are not stored', async () => {
    const { sandbox, each } = await standing({ historyPayloads: false });
    await each(1);
    expect(await items(sandbox, '&expand=payloads')).toMatchObject([
      { status_code: 200, json_input: null, json_output: null },
    ]);
  });
});

test('a request is listed only so long after its acceptance as the sandbox is told to wait', async () => {
  const { sandbox, clock } = await standing({ historyDelayMs: 5_000 });
  await submit(sandbox, GENERAL, input);
  clock.time += 4_999;
  expect(await items(sandbox)).toEqual([]);
  clock.time += 1;
  expect(await items(sandbox)).toHaveLength(1);
});

describe('the filters', () => {
  test('endpoints, repeated or with commas', async () => {
    const { sandbox } = await standing();
    await submit(sandbox, GENERAL, input);
    await submit(sandbox, FLUX_2, { prompt: 'x', image_urls: [DOT] });
    const found = async (query: string) =>
      (await look(sandbox, query)).body.items.map((item) => item.endpoint_id).sort();
    expect(await found(`endpoint_id=${FLUX_2}`)).toEqual([FLUX_2]);
    expect(await found(`endpoint_id=${FLUX_2},${GENERAL}`)).toEqual([FLUX_2, GENERAL]);
    expect(await found(`endpoint_id=${FLUX_2}&endpoint_id=${GENERAL}`)).toEqual([FLUX_2, GENERAL]);
    expect(await found('endpoint_id=fal-ai/unknown')).toEqual([]);
  });

  test('start is included, end is not; both take a day as well', async () => {
    const { sandbox, each } = await standing();
    await each(1, 2, 3);
    const found = async (query: string) => seeds(await items(sandbox, `&expand=payloads${query}`));
    expect(await found('&start=2026-10-01T12:01:00Z')).toEqual([3, 2]);
    expect(await found('&start=2026-10-01T14:01:00%2B02:00')).toEqual([3, 2]);
    expect(await found('&end=2026-10-01T12:01:00Z')).toEqual([1]);
    expect(await found('&start=2026-10-01&end=2026-10-02')).toEqual([3, 2, 1]);
    expect(await found('&start=2026-10-02')).toEqual([]);
  });

  test('without a start, a day back; 90 days for one request', async () => {
    const { sandbox, clock, each } = await standing();
    await each(1);
    const id = sandbox.ledger().accepted[0]!.request_id;
    const day = 86_400_000;
    clock.time = START + day;
    expect(await items(sandbox)).toHaveLength(1);
    clock.time += 1;
    expect(await items(sandbox)).toHaveLength(0);
    expect(await items(sandbox, `&request_id=${id}`)).toHaveLength(1);
    clock.time = START + 90 * day + 1;
    expect(await items(sandbox, `&request_id=${id}`)).toHaveLength(0);
  });

  test('status and request id', async () => {
    const { sandbox, each } = await standing();
    await each(1);
    await run(sandbox, GENERAL, {});
    await run(sandbox, GENERAL, { ...input, prompt: '[sandbox:fail]' });
    const codes = async (query: string) => (await items(sandbox, query)).map((item) => item.status_code);
    expect(await codes('&status=success')).toEqual([200]);
    expect(await codes('&status=user_error')).toEqual([422]);
    expect(await codes('&status=error')).toEqual([500]);
    const id = sandbox.ledger().accepted[1]!.request_id;
    expect(await codes(`&request_id=${id}`)).toEqual([422]);
  });
});

describe('order and pages', () => {
  test('the newest first, or the oldest, or the longest', async () => {
    const { sandbox, clock } = await standing({ queueMs: 60_000 });
    for (const [seed, ms] of [
      [1, 1_000],
      [2, 9_000],
      [3, 4_000],
    ] as const) {
      const base = await submit(sandbox, GENERAL, { ...input, seed });
      clock.time += ms;
      await ask(sandbox, 'PUT', `${base}/cancel`);
    }
    await submit(sandbox, GENERAL, { ...input, seed: 4 });
    const found = async (query: string) => seeds(await items(sandbox, `&expand=payloads${query}`));
    expect(await found('')).toEqual([4, 3, 2, 1]);
    expect(await found('&sort=asc')).toEqual([1, 2, 3, 4]);
    expect(await found('&sort_by=duration')).toEqual([4, 2, 3, 1]);
    expect((await items(sandbox)).map(({ duration }) => duration)).toEqual([null, 4, 9, 1]);
  });

  test('pages follow one another until there is no more', async () => {
    const { sandbox, each } = await standing();
    await each(1, 2, 3, 4, 5);
    const pages: number[][] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query = `endpoint_id=${GENERAL}&expand=payloads&limit=2${cursor && `&cursor=${cursor}`}`;
      const { body } = await look(sandbox, query);
      expect(body.has_more).toBe(body.next_cursor !== null);
      pages.push(seeds(body.items));
      cursor = body.next_cursor;
    }
    expect(pages).toEqual([[5, 4], [3, 2], [1]]);
  });

  test('the cursor is the number of the page in base64, as in the documentation', async () => {
    const { sandbox, each } = await standing();
    await each(1, 2);
    expect((await look(sandbox, `endpoint_id=${GENERAL}&limit=1`)).body.next_cursor).toBe('Mg==');
  });

  test('50 items unless told otherwise', async () => {
    const { sandbox } = await standing({ queueMs: 60_000 });
    for (let seed = 0; seed < 51; seed++) await submit(sandbox, GENERAL, { ...input, seed });
    const { body } = await look(sandbox, `endpoint_id=${GENERAL}`);
    expect([body.items.length, body.has_more]).toEqual([50, true]);
    expect(await items(sandbox, '&limit=100')).toHaveLength(51);
  });
});

test.each([
  ['', /endpoint_id/],
  [`endpoint_id=${Array.from({ length: 51 }, (_, index) => `x/${index}`).join(',')}`, /endpoint_id/],
  ['endpoint_id=x&limit=0', /limit/],
  ['endpoint_id=x&limit=101', /limit/],
  ['endpoint_id=x&limit=ten', /limit/],
  ['endpoint_id=x&start=yesterday', /start/],
  ['endpoint_id=x&start=2026-13-01', /start/],
  ['endpoint_id=x&end=1790856000', /end/],
  ['endpoint_id=x&cursor=Mg', /cursor/],
  ['endpoint_id=x&cursor=MA==', /cursor/],
  ['endpoint_id=x&cursor=next', /cursor/],
  ['endpoint_id=x&status=failed', /status/],
  ['endpoint_id=x&request_id=last', /request_id/],
  ['endpoint_id=x&sort_by=cost', /sort_by/],
])('"%s" is a validation error', async (query, message) => {
  const sandbox = await quickSandbox();
  const { status, body } = await look(sandbox, query);
  expect(status).toBe(400);
  expect(body.error).toMatchObject({ type: 'validation_error', message: expect.stringMatching(message) });
});

test.each([
  [undefined, 401],
  ['Key id:wrong', 401],
  ['Key id:secret', 200],
])('with the key %s: %d', async (key, status) => {
  const sandbox = await quickSandbox({ key: 'id:secret' });
  const headers = key === undefined ? {} : { authorization: key };
  const answer = await ask(sandbox, 'GET', `${HISTORY}?endpoint_id=${GENERAL}`, undefined, headers);
  expect(answer.status).toBe(status);
});

test('toxics are aimed at it as "history", and it is counted', async () => {
  const sandbox = await quickSandbox({ toxics: [{ type: 'status', on: 'history', code: 429, times: 1 }] });
  const answers = [
    await look(sandbox, `endpoint_id=${GENERAL}`),
    await look(sandbox, `endpoint_id=${GENERAL}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([429, 200]);
  expect(sandbox.ledger().requests.by_role).toEqual({ history: 2 });
});
