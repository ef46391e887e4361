import { expect, test } from 'vitest';
import { ENDPOINTS } from '../../../src/sandbox/queue/endpoints.js';
import { FLUX_2, GENERAL, DOT, ask, quickSandbox, run } from '../fal.js';

const API = 'https://api.fal.ai/v1/models';
const SITE = 'https://fal.ai/api/openapi/queue/openapi.json';

test('the schema comes when it is asked for', async () => {
  const sandbox = await quickSandbox();
  const plain = await ask(sandbox, 'GET', `${API}?endpoint_id=${FLUX_2}`);
  expect(plain.body.models[0]).not.toHaveProperty('openapi');
  const { body } = await ask(sandbox, 'GET', `${API}?endpoint_id=${FLUX_2}&expand=openapi-3.0`);
  expect(body.models[0]).toHaveProperty(['openapi', 'paths', `/${FLUX_2}`, 'post', 'requestBody']);
  expect(body.models[0]).toMatchObject({
    openapi: {
      components: {
        schemas: {
          Input: {
            required: ['prompt', 'image_urls'],
            properties: {
              num_inference_steps: { type: 'integer', minimum: 4, maximum: 50, default: 28 },
              image_size: {
                anyOf: [{ anyOf: [{ $ref: '#/components/schemas/ImageSize' }, {}] }, { type: 'null' }],
              },
              loras: { type: 'array', maxItems: 3, items: { $ref: '#/components/schemas/loras' } },
            },
          },
        },
      },
    },
  });
});

test('the public page has the same, and asks for no key', async () => {
  const sandbox = await quickSandbox({ key: 'id:secret' });
  const { status, body } = await ask(sandbox, 'GET', `${SITE}?endpoint_id=${GENERAL}`);
  expect(status).toBe(200);
  const expanded = await ask(sandbox, 'GET', `${API}?endpoint_id=${GENERAL}&expand=openapi-3.0`);
  expect(expanded.body.models[0]).toMatchObject({ openapi: body });
  expect((await ask(sandbox, 'GET', `${SITE}?endpoint_id=x/y`)).status).toBe(404);
});

test('the catalogue may say something else than what is played', async () => {
  const catalogue = {
    [GENERAL]: { status: 'deprecated' as const, unitPrice: 1, unit: 'images' },
    [FLUX_2]: null,
  };
  const sandbox = await quickSandbox({ catalogue });
  const { body } = await ask(sandbox, 'GET', API);
  expect(body.models).toHaveLength(Object.keys(ENDPOINTS).length - 1);
  expect(body.models[0]).toMatchObject({ endpoint_id: GENERAL, metadata: { status: 'deprecated' } });
  const prices = await ask(sandbox, 'GET', `${API}/pricing?endpoint_id=${GENERAL},${FLUX_2}`);
  expect(prices.body).toMatchObject({ prices: [{ endpoint_id: GENERAL, unit_price: 1, unit: 'images' }] });
  expect((await run(sandbox, FLUX_2, { prompt: 'x', image_urls: [DOT] })).status).toBe(200);
});

test.each([
  ['fal-ai/flux-2/edit', { image_urls: [DOT, DOT, DOT, DOT] }, 'png'],
  ['fal-ai/flux/dev/image-to-image', { image_url: DOT, strength: 0.5 }, 'jpeg'],
])('%s makes pictures', async (endpoint, input, format) => {
  const { status, body } = await run(await quickSandbox(), endpoint, { prompt: 'x', ...input });
  expect([status, body.images[0]?.content_type]).toEqual([200, `image/${format}`]);
});
