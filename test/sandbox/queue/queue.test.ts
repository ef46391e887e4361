import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { DOT, FLUX_2, GENERAL, ask, call, events, quickSandbox, run, submit } from '../fal.js';

const input = { prompt: 'a dot', image_url: DOT, seed: 1 };

describe('submit', () => {
  test('answers with the documented keys and owner/app URLs', async () => {
    const sandbox = await quickSandbox();
    const { status, body, headers } = await ask(sandbox, 'POST', `https://queue.fal.run/${GENERAL}`, input);
    const base = `https://queue.fal.run/fal-ai/flux-general/requests/${body.request_id}`;
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'IN_QUEUE',
      request_id: headers.get('x-fal-request-id'),
      response_url: base,
      status_url: `${base}/status`,
      cancel_url: `${base}/cancel`,
      queue_position: 0,
    });
  });

  test.each([
    ['an unknown app', 'fal-ai/schnell', '{}', 404, 'Application "schnell" not found'],
    ['a body that is not JSON', GENERAL, '{', 400, 'Body is not valid JSON'],
  ])('refuses %s and accepts nothing', async (_, endpoint, body, status, detail) => {
    const sandbox = await quickSandbox();
    const headers = { 'x-fal-target-url': `https://queue.fal.run/${endpoint}` };
    const response = await fetch(sandbox.proxyUrl, { method: 'POST', headers, body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ detail });
    expect(sandbox.ledger().accepted).toEqual([]);
  });

  test('the same POST twice is two jobs and two charges', async () => {
    const sandbox = await quickSandbox();
    const ids = [await submit(sandbox, GENERAL, input), await submit(sandbox, GENERAL, input)];
    for (const id of ids) await events(sandbox, id);
    expect(new Set(ids).size).toBe(2);
    expect(sandbox.ledger().charges).toBe(2);
    expect(sandbox.ledger().accepted.map((row) => row.charged_usd)).toEqual([0.075, 0.075]);
  });

  test('an unknown path of a known app fails at the result, unbilled', async () => {
    const sandbox = await quickSandbox();
    const { status, body, headers } = await run(sandbox, 'fal-ai/flux/nowhere', input);
    expect([status, body.detail, headers.get('x-fal-billable-units')]).toEqual([
      404,
      'Path /nowhere not found',
      '0',
    ]);
  });

  test('a start deadline that passes in the queue ends as 504', async () => {
    const sandbox = await quickSandbox({ queueMs: 500 });
    const headers = { 'x-fal-request-timeout': '0.05' };
    const { body } = await ask(sandbox, 'POST', `https://queue.fal.run/${GENERAL}`, input, headers);
    await events(sandbox, body.response_url);
    const result = await ask(sandbox, 'GET', body.response_url);
    expect(result.status).toBe(504);
    expect(result.headers.get('x-fal-request-timeout-type')).toBe('user');
  });
});

describe('status', () => {
  test('202, 202, 200; all keys; logs only when asked for, the newest alone', async () => {
    const sandbox = await quickSandbox({ queueMs: 60, inferenceMs: 80 });
    const base = await submit(sandbox, GENERAL, input);
    const queued = await ask(sandbox, 'GET', `${base}/status`);
    expect(queued.status).toBe(202);
    expect(queued.body).toMatchObject({ status: 'IN_QUEUE', queue_position: 0, logs: null });
    expect((await ask(sandbox, 'GET', base)).body).toEqual({ detail: 'Request is still in progress' });
    const all = await events(sandbox, base);
    const lines = all.flatMap((event) => event.logs);
    const done = await ask(sandbox, 'GET', `${base}/status/?logs=True`);
    expect(done.status).toBe(200);
    expect(done.body.metrics.inference_time).toBeGreaterThan(0.05);
    expect(lines).toHaveLength(4);
    expect(done.body.logs).toEqual(lines.slice(-3));
    expect(all.map((event) => event.status)).toEqual([
      'IN_QUEUE',
      ...Array.from({ length: 5 }, () => 'IN_PROGRESS'),
      'COMPLETED',
    ]);
  });

  test('is found under the full endpoint id and with /response, not under another app', async () => {
    const sandbox = await quickSandbox();
    const base = await submit(sandbox, GENERAL, input);
    await events(sandbox, base);
    const full = base.replace('flux-general/', 'flux-general/image-to-image/');
    const other = base.replace('flux-general', 'flux-2');
    const statuses = [`${full}/status`, `${full}/response`, `${base}/response`, `${full}/`, other].map(
      async (url) => (await call(sandbox, 'GET', url)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 200, 404]);
  });

  test('two runners, five jobs: places in the queue are counted live', async () => {
    const sandbox = await quickSandbox({ runners: 2, inferenceMs: 600 });
    const bases: string[] = [];
    for (let job = 0; job < 5; job++) bases.push(await submit(sandbox, GENERAL, input));
    const places = await Promise.all(
      bases.map(async (base) => (await ask(sandbox, 'GET', `${base}/status`)).body.queue_position),
    );
    expect(places).toEqual([null, null, 0, 1, 2]);
    const last = await events(sandbox, bases[4]!);
    const told = last.filter((event) => event.status === 'IN_QUEUE').map((event) => event.queue_position);
    expect(told).toEqual([2, 1, 0]);
  });

  test.each(['status', 'status/stream', 'cancel', ''])('unknown id: /%s is 404', async (rest) => {
    const sandbox = await quickSandbox();
    const url = `https://queue.fal.run/fal-ai/flux-2/requests/nobody/${rest}`;
    const { status, body } = await ask(sandbox, rest === 'cancel' ? 'PUT' : 'GET', url);
    expect([status, body]).toEqual([404, { status: 'NOT_FOUND' }]);
  });

  test('a quiet stream carries comments', async () => {
    const sandbox = await quickSandbox({ queueMs: 150, keepAliveCommentMs: 20 });
    const base = await submit(sandbox, GENERAL, input);
    const text = await (await call(sandbox, 'GET', `${base}/status/stream`)).text();
    expect(text.split('\n').filter((line) => line.startsWith(':')).length).toBeGreaterThan(1);
  });
});

describe('cancel', () => {
  const cancel = (sandbox: Awaited<ReturnType<typeof quickSandbox>>, base: string) =>
    ask(sandbox, 'PUT', `${base}/cancel`);

  test('a queued job never runs and costs nothing', async () => {
    const sandbox = await quickSandbox({ queueMs: 5_000 });
    const base = await submit(sandbox, GENERAL, input);
    expect(await cancel(sandbox, base)).toMatchObject({
      status: 202,
      body: { status: 'CANCELLATION_REQUESTED' },
    });
    const { accepted, charges } = sandbox.ledger();
    expect(accepted).toMatchObject([{ state: 'cancelled', charged_usd: 0 }]);
    expect(charges).toBe(0);
  });

  test('a running job ends as 499', async () => {
    const sandbox = await quickSandbox({ inferenceMs: 5_000 });
    const base = await submit(sandbox, GENERAL, input);
    while ((await ask(sandbox, 'GET', `${base}/status`)).body.status !== 'IN_PROGRESS') await sleep(5);
    expect((await cancel(sandbox, base)).status).toBe(202);
    const result = await ask(sandbox, 'GET', base);
    expect([result.status, result.body]).toEqual([499, { detail: 'Request cancelled by the client.' }]);
    expect((await ask(sandbox, 'GET', `${base}/status`)).body).toMatchObject({
      error_type: 'client_cancelled',
    });
    expect(sandbox.ledger().charges).toBe(1);
  });

  test('a finished job is past it', async () => {
    const sandbox = await quickSandbox();
    const base = await submit(sandbox, GENERAL, input);
    await events(sandbox, base);
    expect(await cancel(sandbox, base)).toMatchObject({ status: 400, body: { status: 'ALREADY_COMPLETED' } });
  });
});

describe('result', () => {
  test('says what was billed, and by whom it was made', async () => {
    const sandbox = await quickSandbox();
    const two = { prompt: 'x', image_urls: [DOT, DOT, DOT, DOT, 'https://nowhere.example/'], num_images: 2 };
    const { headers, status } = await run(sandbox, FLUX_2, two);
    expect(status).toBe(200);
    expect(headers.get('x-fal-billable-units')).toBe('6');
    expect(headers.get('x-fal-request-id')).toBe(sandbox.ledger().accepted[0]?.request_id);
  });

  test.each([
    ['small', {}, 359_000, 200],
    ['small', {}, 3_599_000, 200],
    ['small', {}, 3_601_000, 404],
    ['large', { sync_mode: true, image_size: 'square' }, 359_000, 200],
    ['large', { sync_mode: true, image_size: 'square' }, 361_000, 404],
  ])('a %s result (%o) is after %d ms: %d', async (_, extra, ms, status) => {
    let time = 1_800_000_000_000;
    const sandbox = await quickSandbox({ now: () => time });
    const base = await submit(sandbox, GENERAL, { ...input, ...extra });
    await events(sandbox, base);
    time += ms;
    expect((await call(sandbox, 'GET', base)).status).toBe(status);
  });

  test.each([
    ['[sandbox:policy]', 422, 'content_policy_violation', 'false'],
    ['[sandbox:fail]', 500, undefined, null],
  ])('%s in the prompt: %d', async (prompt, status, type, retryable) => {
    const sandbox = await quickSandbox();
    const base = await submit(sandbox, GENERAL, { ...input, prompt });
    const over = (await events(sandbox, base)).at(-1);
    expect(over).toMatchObject({ status: 'COMPLETED', error: `Invalid status code: ${status}` });
    const result = await ask(sandbox, 'GET', base);
    expect(result.status).toBe(status);
    expect(result.body.detail[0]?.type).toBe(type);
    expect(result.headers.get('x-fal-retryable')).toBe(retryable);
    expect(result.headers.get('x-fal-billable-units')).toBe('0');
  });
});

test('fal.run answers at once, failures too', async () => {
  const sandbox = await quickSandbox();
  const good = await ask(sandbox, 'POST', `https://fal.run/${GENERAL}`, input);
  const bad = await ask(sandbox, 'POST', `https://fal.run/${GENERAL}`, {});
  expect([good.status, bad.status]).toEqual([200, 422]);
});

test('clients that leave in the middle of anything do not harm it', async () => {
  const sandbox = await quickSandbox({ queueMs: 100, inferenceMs: 100 });
  const base = await submit(sandbox, GENERAL, input);
  const stop = new AbortController();
  const stream = await fetch(sandbox.proxyUrl, {
    headers: { 'x-fal-target-url': `${base}/status/stream` },
    signal: stop.signal,
  });
  stop.abort();
  await expect(stream.text()).rejects.toThrow();
  const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
  socket.write(
    `POST /proxy HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\nx-fal-target-url: https://fal.run/${GENERAL}\r\n\r\n{"pro`,
  );
  await sleep(20);
  socket.resetAndDestroy();
  await events(sandbox, base);
  expect(sandbox.ledger().accepted).toHaveLength(1);
});

test('close ends open requests and pending jobs', async () => {
  const sandbox = await quickSandbox({ queueMs: 10, inferenceMs: 60_000 });
  const base = await submit(sandbox, GENERAL, input);
  const open = call(sandbox, 'GET', `${base}/status/stream`).then((response) => response.text());
  const ended = expect(open).rejects.toThrow();
  await sleep(50);
  await sandbox.close();
  await ended;
});
