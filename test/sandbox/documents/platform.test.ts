import { expect, test } from 'vitest';
import type { SandboxDocument } from '../../../src/sandbox/documents/document.js';
import { schemaDocuments, schemaOf } from '../../support/schemas.js';
import { ask, DOT, quickSandbox, run } from '../fal.js';

const API = 'https://api.fal.ai/v1/models';
const SITE = 'https://fal.ai/api/openapi/queue/openapi.json';
const DEV = 'fal-ai/flux/dev/image-to-image';

const priced: SandboxDocument[] = schemaDocuments().map((document) =>
  document.endpoint === 'acme/upscale'
    ? { ...document, price: { unitPrice: 0.001, unit: 'compute seconds', callPrice: 0.03 } }
    : document,
);

const idsIn = ({ models }: { models: unknown[] }) =>
  models.map((one) => (one as { endpoint_id: string }).endpoint_id);

test('the schema is the document, on both routes', async () => {
  const sandbox = await quickSandbox({ documents: priced });
  const site = await ask(sandbox, 'GET', `${SITE}?endpoint_id=acme/fill`);
  expect(site.body).toEqual(schemaOf('acme/fill'));
  const { body } = await ask(sandbox, 'GET', `${API}?endpoint_id=acme/fill&expand=openapi-3.0`);
  expect(body.models).toMatchObject([
    {
      endpoint_id: 'acme/fill',
      metadata: { category: 'image-to-image', status: 'active' },
      openapi: schemaOf('acme/fill'),
    },
  ]);
});

test('a model without a document has an error in its place', async () => {
  const sandbox = await quickSandbox({ documents: priced });
  const { body } = await ask(sandbox, 'GET', `${API}?endpoint_id=acme/outage&expand=openapi-3.0`);
  expect(body.models[0]).toHaveProperty(['openapi', 'error', 'code'], 'expansion_failed');
  expect((await ask(sandbox, 'GET', `${SITE}?endpoint_id=acme/outage`)).status).toBe(404);
  expect((await run(sandbox, 'acme/outage', {})).status).toBe(404);
});

test('metadata is passed on', async () => {
  const document = {
    endpoint: 'acme/fill',
    openapi: schemaOf('acme/fill'),
    metadata: { status: 'deprecated' },
  };
  const sandbox = await quickSandbox({ documents: [document] });
  const { body } = await ask(sandbox, 'GET', `${API}?endpoint_id=acme/fill`);
  expect(body.models).toMatchObject([{ metadata: { display_name: 'acme/fill', status: 'deprecated' } }]);
});

test('the catalogue is searched by words, category and status, and comes in pages', async () => {
  const sandbox = await quickSandbox({ documents: priced });
  const list = async (query: string) => (await ask(sandbox, 'GET', `${API}?${query}`)).body;
  expect(idsIn(await list('q=background%20subject'))).toEqual(['acme/backdrop']);
  expect(idsIn(await list('q=ACME%20upscale'))).toEqual(['acme/upscale']);
  expect(idsIn(await list('category=vision'))).toEqual(['acme/caption']);
  expect(idsIn(await list('status=deprecated'))).toEqual([]);
  const pages: string[][] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await list(`q=acme&limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`);
    pages.push(idsIn(page));
    expect(page.has_more).toBe(page.next_cursor !== null);
    cursor = page.next_cursor;
  }
  expect(pages.map((page) => page.length)).toEqual([7, 7, 3]);
  expect(new Set(pages.flat()).size).toBe(schemaDocuments().length);
  expect((await ask(sandbox, 'GET', `${API}?cursor=nonsense`)).status).toBe(400);
});

test('an endpoint has a price only if it is given one', async () => {
  const sandbox = await quickSandbox({ documents: priced });
  const { body } = await ask(sandbox, 'GET', `${API}/pricing?endpoint_id=acme/fill,acme/upscale`);
  expect(body).toMatchObject({
    prices: [{ endpoint_id: 'acme/upscale', unit_price: 0.001, unit: 'compute seconds', currency: 'USD' }],
  });
});

test('estimates: by units, and from history', async () => {
  const sandbox = await quickSandbox({ documents: priced });
  const estimate = async (estimate_type: string, endpoints: object) => {
    const { status, body } = await ask(sandbox, 'POST', `${API}/pricing/estimate`, {
      estimate_type,
      endpoints,
    });
    return status === 200 ? body : status;
  };
  const units = { 'acme/upscale': { unit_quantity: 20 }, [DEV]: { unit_quantity: 2 } };
  expect(await estimate('unit_price', units)).toEqual({
    estimate_type: 'unit_price',
    total_cost: 0.08,
    currency: 'USD',
  });
  const calls = { 'acme/upscale': { call_quantity: 3 } };
  expect(await estimate('historical_api_price', calls)).toMatchObject({ total_cost: 0.09 });
  expect(await estimate('historical_api_price', { [DEV]: { call_quantity: 1 } })).toBe(404);
  expect(await estimate('historical_api_price', { 'acme/upscale': { unit_quantity: 3 } })).toBe(400);
  expect(await estimate('guess', {})).toBe(400);
});

test("a document of one of the sandbox's own models changes only its published schema", async () => {
  const openapi = { info: { title: 'mine' }, paths: {} };
  const price = { unitPrice: 9, unit: 'images' };
  const sandbox = await quickSandbox({ documents: [{ endpoint: DEV, openapi, price }] });
  expect((await ask(sandbox, 'GET', `${SITE}?endpoint_id=${DEV}`)).body).toEqual(openapi);
  const prices = await ask(sandbox, 'GET', `${API}/pricing?endpoint_id=${DEV}`);
  expect(prices.body).toMatchObject({ prices: [{ unit_price: 0.03, unit: 'megapixels' }] });
  expect((await run(sandbox, DEV, { prompt: 'x' })).status).toBe(422);
  expect((await run(sandbox, DEV, { prompt: 'x', image_url: DOT })).status).toBe(200);
});
