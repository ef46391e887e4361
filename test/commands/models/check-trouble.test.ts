import { describe, expect, it, test } from 'vitest';
import { InterruptedError } from '../../../src/errors/error.js';
import { sandbox } from '../../support/sandbox.js';
import { closedPort, front, httpServer, sendJson } from '../../fal/servers.js';
import { directTo, models, type RunOptions } from './harness.js';

const check = (options: RunOptions, words = ['flux-dev']) =>
  models(words, { check: true, json: true }, options);
const KEY = { FAL_KEY: 'id:secret' };

describe('the key', () => {
  it('none: what can be had without one is checked, the price is not', async () => {
    const fal = await sandbox({ key: 'id:secret' });
    const { code, json } = await check({ context: { fetch: directTo(fal.proxyUrl) } });
    expect(code).toBe(0);
    expect(json().models[0]).toMatchObject({
      endpoint_status: 'active',
      price: { changed: null, unit_price_usd: null },
      differences: [],
      not_checked: [{ part: 'price', why: expect.stringContaining('key') }],
    });
  });

  it('a wrong one: exit 4, and nothing is taken for drift', async () => {
    const fal = await sandbox({ key: 'id:secret' });
    const { code, json, stderr } = await check({ env: { ...fal.env, FAL_KEY: 'id:wrong-one' } });
    expect(code).toBe(4);
    expect(json()).toMatchObject({ status: 'error', error: { kind: 'auth' } });
    expect(json().models[0]).toMatchObject({ drift: false, endpoint_status: null });
    expect(stderr).not.toContain('wrong-one');
  });

  it('one that is none: exit 4 at once', async () => {
    const { code, stderr } = await check({ env: { FAL_KEY: 'not a key' } });
    expect(code).toBe(4);
    expect(stderr).not.toContain('not a key');
  });
});

describe('without a proxy', () => {
  it("takes the schema from fal's public page where the catalogue sends none, and sends no key there", async () => {
    const fal = await sandbox();
    const seen: [string, string | undefined][] = [];
    const { code, json } = await check({
      env: KEY,
      context: {
        fetch: async (url, init) => {
          seen.push([new URL(url).host, init?.headers?.['authorization']]);
          return directTo(fal.proxyUrl)(url.replace('&expand=openapi-3.0', ''), init);
        },
      },
    });
    expect(code).toBe(0);
    expect(json().models[0]).toMatchObject({ differences: [], not_checked: [] });
    expect(seen).toEqual([
      ['api.fal.ai', 'Key id:secret'],
      ['api.fal.ai', 'Key id:secret'],
      ['fal.ai', undefined],
    ]);
  });
});

/** A proxy that answers questions of one kind itself. */
async function proxied(part: RegExp, status: number, body: string, type = 'application/json') {
  const fal = await sandbox();
  const proxy = await front(fal, ({ target }, response) => {
    if (!part.test(target)) return false;
    response.writeHead(status, { 'content-type': type }).end(body);
    return true;
  });
  return check({ env: { FAL_PROXY_URL: proxy.url, ...KEY } });
}

const HTML = '<!doctype html><title>Just a moment...</title>';
const MODELS_ROUTE = /\/v1\/models\?/;
const PRICING = /\/v1\/models\/pricing/;

describe('what could not be had is said, and is no drift', () => {
  test.each<[string, RegExp, number, string, number, string[], string]>([
    ['403 for prices', PRICING, 403, '{"detail":"no"}', 4, ['price'], 'auth'],
    ['a challenge in place of prices', PRICING, 403, HTML, 0, ['price'], 'temporary'],
    ['404 for prices', PRICING, 404, '{"detail":"Not Found"}', 0, ['price'], 'failed'],
    ['prices that are none', PRICING, 200, '{"prices":"high"}', 0, ['price'], 'temporary'],
    [
      'a proxy that keeps the catalogue back',
      MODELS_ROUTE,
      400,
      '"Invalid request"',
      0,
      ['status', 'schema'],
      'failed',
    ],
    ['HTML in place of the catalogue', MODELS_ROUTE, 200, HTML, 0, ['status', 'schema'], 'temporary'],
    [
      '404 from somebody else',
      MODELS_ROUTE,
      404,
      '{"detail":"Not Found"}',
      0,
      ['status', 'schema'],
      'failed',
    ],
    ['503', MODELS_ROUTE, 503, '{}', 0, ['status', 'schema'], 'temporary'],
  ])('%s', async (_, part, status, body, code, parts, kind) => {
    const result = await proxied(part, status, body, body === HTML ? 'text/html' : 'application/json');
    const [model] = result.json().models;
    expect(result.code).toBe(code);
    expect(model).toMatchObject({ drift: false });
    expect(model!.not_checked.map((one) => one.part)).toEqual(parts);
    expect(model!.not_checked[0]).toMatchObject({ kind });
  });

  it("fal's own 404 is an endpoint that is gone", async () => {
    const result = await proxied(MODELS_ROUTE, 404, '{"error":{"type":"not_found","message":"no"}}');
    expect(result.code).toBe(10);
    expect(result.json().models[0]).toMatchObject({ endpoint_status: 'missing' });
  });
});

describe('exit 7 where nothing could be reached', () => {
  it('a closed port', async () => {
    const { code, json } = await check({
      env: { FAL_PROXY_URL: `http://127.0.0.1:${await closedPort()}`, ...KEY },
    });
    expect(code).toBe(7);
    expect(json()).toMatchObject({ error: { kind: 'temporary' } });
    expect(json().models[0]!.not_checked.map(({ part }) => part)).toEqual(['status', 'price', 'schema']);
  });

  it('a proxy that lets nothing of the platform through', async () => {
    const proxy = await httpServer((_, response) => void sendJson(response, 400, 'Invalid request'));
    const { code, json } = await check({ env: { FAL_PROXY_URL: proxy.url, ...KEY } });
    expect(code).toBe(7);
    expect(json().error!.message).toContain('Nothing could be checked');
  });

  it('a fal that says nothing, until the deadline', async () => {
    const silent = await httpServer(() => undefined);
    const { code, json } = await models(
      ['flux-dev', 'flux-2-edit'],
      { check: true, json: true, timeout: '50ms' },
      { env: { FAL_PROXY_URL: silent.url, ...KEY } },
    );
    expect(code).toBe(7);
    for (const { not_checked: unchecked } of json().models) {
      expect(unchecked).toHaveLength(3);
      for (const { why } of unchecked) expect(why).toBe('fal did not answer within 50ms.');
    }
  });
});

it('ends at once when it is interrupted', async () => {
  const interruption = new AbortController();
  const silent = await httpServer(() => interruption.abort(new InterruptedError('SIGINT')));
  const { code } = await check({
    env: { FAL_PROXY_URL: silent.url, ...KEY },
    context: { signal: interruption.signal },
  });
  expect(code).toBe(130);
});
