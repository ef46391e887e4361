import { describe, expect, it, test } from 'vitest';
import { systemContext } from '../../../src/context.js';
import { catalogueEntry, publicOpenApi, publishedPrices } from '../../../src/fal/platform/catalogue.js';
import { inputSchemaOf } from '../../../src/fal/platform/open-api.js';
import { httpServer, sendJson } from '../servers.js';

const ID = 'fal-ai/flux/dev/image-to-image';
const { signal } = new AbortController();

/** A fal that gives these answers in turn, the last one for ever. */
async function fal(...answers: [status: number, body: unknown][]) {
  const server = await httpServer((_, response, turn) => {
    const [status, body] = answers[Math.min(turn, answers.length - 1)]!;
    sendJson(response, status, body);
  });
  const context = { ...systemContext(signal), sleep: async () => {} };
  return { server, options: { connection: { key: 'a:b', proxyUrl: server.url }, context, signal } };
}

describe('an endpoint in the catalogue', () => {
  it('is asked for by its id, with its schema', async () => {
    const openapi = { paths: {} };
    const { server, options } = await fal([
      200,
      { models: [{ endpoint_id: ID, metadata: { display_name: 'FLUX', status: 'active' }, openapi }] },
    ]);
    expect(await catalogueEntry(ID, options)).toEqual({ title: 'FLUX', status: 'active', openapi });
    const [{ target, headers }] = server.visits as [(typeof server.visits)[number]];
    expect(Object.fromEntries(new URL(target).searchParams)).toEqual({
      endpoint_id: ID,
      expand: 'openapi-3.0',
    });
    expect(headers.authorization).toBe('Key a:b');
  });

  test.each([
    ['none', { models: [] }],
    ['another', { models: [{ endpoint_id: 'fal-ai/flux/dev' }] }],
  ])('%s: it is missing', async (_, body) => {
    const { options } = await fal([200, body]);
    expect(await catalogueEntry(ID, options)).toBeUndefined();
  });

  test.each([{ metadata: 'none' }, { metadata: { display_name: 7, status: null } }, {}])(
    'with %j for details is there all the same',
    async (details) => {
      const { options } = await fal([200, { models: [{ endpoint_id: ID, ...details }] }]);
      expect(await catalogueEntry(ID, options)).toMatchObject({ title: undefined, status: undefined });
    },
  );

  it('is asked for again when fal has too much to do', async () => {
    const { server, options } = await fal([429, {}], [503, {}], [200, { models: [{ endpoint_id: ID }] }]);
    expect(await catalogueEntry(ID, options)).toBeDefined();
    expect(server.visits).toHaveLength(3);
  });

  test.each([
    [401, { error: { message: 'no' } }, 'auth'],
    [403, { error: { message: 'no' } }, 'auth'],
    [404, { detail: 'Not Found' }, 'failed'],
    [400, 'Invalid request', 'failed'],
    [500, { error: { message: 'no' } }, 'temporary'],
    [200, { models: 'many' }, 'temporary'],
  ])('%d %j', async (status, body, kind) => {
    const { options } = await fal([status, body]);
    await expect(catalogueEntry(ID, options)).rejects.toMatchObject({ kind });
  });
});

test('prices: those in dollars, all in one question', async () => {
  const price = (endpoint_id: string, currency: string) => ({
    ...{ endpoint_id, unit_price: 0.03, unit: 'megapixels' },
    currency,
  });
  const { server, options } = await fal([200, { prices: [price(ID, 'USD'), price('fal-ai/x', 'EUR')] }]);
  const prices = await publishedPrices([ID, 'fal-ai/x'], options);
  expect([...prices]).toEqual([[ID, { unitUsd: 0.03, unit: 'megapixels' }]]);
  expect(new URL(server.visits[0]!.target).searchParams.get('endpoint_id')).toBe(`${ID},fal-ai/x`);
});

test('the public page gets no key', async () => {
  const { server, options } = await fal([200, { openapi: '3.0.4' }]);
  const asked: string[] = [];
  const context = {
    ...options.context,
    fetch: (url: string, init: object = {}) => {
      asked.push(url);
      return options.context.fetch(server.url, init);
    },
  };
  expect(await publicOpenApi(ID, { context, signal })).toEqual({ openapi: '3.0.4' });
  expect(asked).toEqual([
    `https://fal.ai/api/openapi/queue/openapi.json?endpoint_id=${encodeURIComponent(ID)}`,
  ]);
  expect(server.visits[0]!.headers.authorization).toBeUndefined();
});

describe('the input in an OpenAPI document', () => {
  const post = (schema: unknown) => ({
    post: { requestBody: { content: { 'application/json': { schema } } } },
  });

  it('is the body of the endpoint, before that of another path', () => {
    const document = { paths: { '/other': post({ title: 'other' }), [`/${ID}`]: post({ title: 'own' }) } };
    expect(inputSchemaOf(document, ID)).toEqual({ schema: { title: 'own' }, document });
  });

  it('is that of the one path that has a body, where the endpoint has none', () => {
    const document = { paths: { '/requests': { get: {} }, '/': post({ title: 'only' }) } };
    expect(inputSchemaOf(document, ID)?.schema).toEqual({ title: 'only' });
  });

  test.each([
    undefined,
    null,
    'text',
    [],
    {},
    { paths: null },
    { paths: { '/': null } },
    { paths: { '/': post(7) } },
  ])('is not in %j', (document) => {
    expect(inputSchemaOf(document, ID)).toBeUndefined();
  });
});
