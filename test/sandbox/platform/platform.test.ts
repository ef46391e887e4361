import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { SandboxLedger } from '../../../src/sandbox/ledger.js';
import { FLUX_2, GENERAL, DOT, ask, call, quickSandbox, run } from '../fal.js';

const API = 'https://api.fal.ai/v1';
const INITIATE = 'https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3';

describe('storage', () => {
  const begin = { content_type: 'text/plain', file_name: 'a b/ü.txt' };

  test('initiate, PUT without a key, GET; lifecycles are noted', async () => {
    const sandbox = await quickSandbox({ key: 'id:secret' });
    const { body } = await ask(sandbox, 'POST', INITIATE, begin, {
      authorization: 'Key id:secret',
      'x-fal-object-lifecycle': '{"expiration_duration_seconds":60}',
      'x-fal-object-lifecycle-preference': '{"expiration_duration_seconds":61}',
    });
    expect((await fetch(body.file_url)).status).toBe(404);
    const put = await fetch(body.upload_url, {
      method: 'PUT',
      body: 'hello',
      headers: { 'content-type': 'text/x' },
    });
    expect(put.status).toBe(200);
    const file = await fetch(body.file_url);
    expect([await file.text(), file.headers.get('content-type')]).toEqual(['hello', 'text/x']);
    expect(sandbox.ledger().uploads).toEqual([
      {
        file_url: body.file_url,
        bytes: 5,
        sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
        content_type: 'text/x',
        lifecycle: '{"expiration_duration_seconds":60}',
        lifecycle_preference: '{"expiration_duration_seconds":61}',
      },
    ]);
  });

  test('an upload URL that is too old, or made up, is refused', async () => {
    let time = 1_800_000_000_000;
    const sandbox = await quickSandbox({ now: () => time, uploadUrlTtlMs: 1000 });
    const { body } = await ask(sandbox, 'POST', INITIATE, begin);
    time += 1001;
    const urls = [body.upload_url, `${sandbox.url}/upload/made-up`];
    for (const url of urls) expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
    expect(sandbox.ledger().uploads).toEqual([]);
  });

  test('parts answer JSON and an ETag; a list that misses one is refused', async () => {
    const sandbox = await quickSandbox();
    const { body } = await ask(sandbox, 'POST', INITIATE.replace('initiate', 'initiate-multipart'), begin);
    const { origin, pathname, search } = new URL(body.upload_url);
    const part = async (number: number, text: string) => {
      const answer = await fetch(`${origin}${pathname}/${number}${search}`, { method: 'PUT', body: text });
      return { json: await answer.json(), etag: answer.headers.get('etag') };
    };
    expect(await part(2, 'world')).toEqual({ json: { partNumber: 2, etag: 'part-2' }, etag: '"part-2"' });
    await part(1, 'hello ');
    const complete = (parts: unknown) =>
      fetch(`${origin}${pathname}/complete${search}`, { method: 'POST', body: JSON.stringify({ parts }) });
    for (const wrong of [[{}, {}], [{ partNumber: 1 }], [1, 2, 3].map((partNumber) => ({ partNumber }))]) {
      expect((await complete(wrong)).status).toBe(400);
    }
    expect((await complete([{ partNumber: 1 }, { partNumber: 2 }])).status).toBe(200);
    expect(await (await fetch(body.file_url)).text()).toBe('hello world');
  });
});

describe('keys', () => {
  const urls = [
    ['POST', `https://queue.fal.run/${GENERAL}`],
    ['GET', 'https://queue.fal.run/fal-ai/flux-2/requests/x/status'],
    ['POST', INITIATE],
  ] as const;
  const cases = [
    [undefined, 'Authorization header is required'],
    ['Key nonsense', "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'."],
    ['Key id:wrong', 'No user found for Key ID and Secret'],
  ] as const;

  test.each(urls.flatMap(([method, url]) => cases.map((one) => [method, url, ...one] as const)))(
    '%s %s with %s: 401 %s',
    async (method, url, key, detail) => {
      const sandbox = await quickSandbox({ key: 'id:secret' });
      const headers = key === undefined ? {} : { authorization: key };
      const answer = await ask(sandbox, method, url, method === 'POST' ? {} : undefined, headers);
      expect([answer.status, answer.body]).toEqual([401, { detail }]);
      expect(sandbox.ledger().accepted).toEqual([]);
    },
  );

  test.each([
    ['/models?limit=1', undefined, 200],
    ['/models?limit=1', 'Key id:wrong', 401],
    ['/models?limit=1', 'Key id:secret', 200],
    [`/models/pricing?endpoint_id=${GENERAL}`, undefined, 401],
    [`/models/pricing?endpoint_id=${GENERAL}`, 'Key id:secret', 200],
  ])('the platform: %s with %s: %d', async (path, key, status) => {
    const sandbox = await quickSandbox({ key: 'id:secret' });
    const answer = await ask(
      sandbox,
      'GET',
      API + path,
      undefined,
      key === undefined ? {} : { authorization: key },
    );
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.body.error).toMatchObject({ type: 'authorization_error' });
  });
});

describe('models and prices', () => {
  test('prices, with commas or repeated; unknown ids are absent', async () => {
    const sandbox = await quickSandbox();
    for (const query of [`${GENERAL},${FLUX_2},x/y`, `${GENERAL}&endpoint_id=${FLUX_2}`]) {
      const { body } = await ask(sandbox, 'GET', `${API}/models/pricing?endpoint_id=${query}`);
      expect(body).toEqual({
        prices: [
          { endpoint_id: GENERAL, unit_price: 0.075, unit: 'megapixels', currency: 'USD' },
          { endpoint_id: FLUX_2, unit_price: 0.021, unit: 'megapixels', currency: 'USD' },
        ],
        next_cursor: null,
        has_more: false,
      });
    }
  });

  test('models', async () => {
    const sandbox = await quickSandbox();
    const one = await ask(sandbox, 'GET', `${API}/models?endpoint_id=${FLUX_2}`);
    expect(one.body.models).toMatchObject([{ endpoint_id: FLUX_2, metadata: { status: 'active' } }]);
    const limited = await ask(sandbox, 'GET', `${API}/models?limit=1`);
    expect([limited.body.models.length, limited.body.has_more]).toEqual([1, true]);
  });

  test.each(['/models/pricing', '/models?limit=0'])('%s is a validation error', async (path) => {
    const sandbox = await quickSandbox();
    const { status, body } = await ask(sandbox, 'GET', API + path);
    expect([status, body.error]).toMatchObject([400, { type: 'validation_error' }]);
  });
});

describe('what nothing answers is noted', () => {
  test.each([
    ['not a URL', { 'x-fal-target-url': 'queue' }, 400],
    ['a foreign host', { 'x-fal-target-url': 'https://example.com/' }, 400],
    ['a look-alike', { 'x-fal-target-url': 'https://evilfal.run/' }, 400],
    ['plain http', { 'x-fal-target-url': 'http://queue.fal.run/' }, 400],
    ['an unknown route', { 'x-fal-target-url': 'https://rest.fal.ai/nothing' }, 404],
    ['an unknown platform route', { 'x-fal-target-url': `${API}/nothing` }, 404],
  ])('%s', async (_, headers, status) => {
    const sandbox = await quickSandbox();
    const answer = await fetch(sandbox.proxyUrl, { headers: headers as Record<string, string> });
    expect(answer.status).toBe(status);
    const { unhandled, requests } = sandbox.ledger();
    expect(unhandled).toHaveLength(1);
    expect(requests).toEqual({ total: 1, by_role: { other: 1 } });
  });

  test('a path of our own that does not exist', async () => {
    const sandbox = await quickSandbox();
    expect((await fetch(`${sandbox.url}/nothing`)).status).toBe(404);
    expect(sandbox.ledger().unhandled).toEqual([{ method: 'GET', url: `${sandbox.url}/nothing` }]);
  });
});

test('the ledger is readable over HTTP and not counted', async () => {
  const sandbox = await quickSandbox();
  await run(sandbox, GENERAL, { prompt: 'x', image_url: DOT });
  const answer = await fetch(`${sandbox.url}/__sandbox/ledger`);
  const read = (await answer.json()) as SandboxLedger;
  expect(read).toEqual(sandbox.ledger());
  expect(read.requests).toEqual({ total: 3, by_role: { submit: 1, stream: 1, result: 1 } });
});

test("a plain request for one of fal's hosts is served too", async () => {
  const sandbox = await quickSandbox();
  const status = await new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: new URL(sandbox.url).port, path: '/v1/models' };
    request({ ...options, headers: { host: 'api.fal.ai' } }, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(200);
});

test('two sandboxes live side by side; a taken port is refused', async () => {
  const [one, other] = [await quickSandbox(), await quickSandbox()];
  expect(one.url).not.toBe(other.url);
  await call(one, 'GET', `${API}/models`);
  expect(other.ledger().requests.total).toBe(0);
  await expect(quickSandbox({ port: Number(new URL(one.url).port) })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});
