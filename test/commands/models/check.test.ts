import { describe, expect, it, test } from 'vitest';
import type { Catalogue } from '../../../src/sandbox/platform/catalogue.js';
import { ENDPOINTS } from '../../../src/sandbox/queue/endpoints.js';
import { MODELS } from '../../../src/models/registry.js';
import { sandbox } from '../../support/sandbox.js';
import { models } from './harness.js';

const DEV = 'fal-ai/flux/dev/image-to-image';
const { fields } = ENDPOINTS[DEV]!;
const GONE = {
  fields: Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'strength')),
};

async function checked(catalogue: Catalogue, words = ['flux-dev']) {
  const fal = await sandbox({ catalogue });
  const text = await models(words, { check: true }, { env: fal.env });
  const asJson = await models(words, { check: true, json: true }, { env: fal.env });
  expect(asJson.code).toBe(text.code);
  return { ...text, document: asJson.json() };
}

it('finds nothing where nothing has changed, and pays nothing', async () => {
  const fal = await sandbox();
  const { code, stdout, stderr } = await models([], { check: true }, { env: fal.env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const { name } of MODELS) expect(stdout).toContain(`${name}: active`);
  // --lora has no way to write what fal's flux-general takes beside a number.
  const less = '  info     loras.scale: type at fal: object or number; here: number';
  expect(stdout.match(/^ {2}(no changes|info .*)$/gm)).toEqual([
    less,
    ...MODELS.slice(1).map(() => '  no changes'),
  ]);
  expect(fal.ledger()).toMatchObject({ accepted: [], requests: { by_role: { models: 4, pricing: 1 } } });
});

it('--json: one document', async () => {
  const { document } = await checked({}, ['flux-dev']);
  expect(document).toEqual({
    schema_version: 1,
    status: 'ok',
    sandbox: false,
    models: [
      {
        name: 'flux-dev',
        endpoint: DEV,
        title: 'FLUX.1 [dev] image to image',
        endpoint_status: 'active',
        drift: false,
        price: {
          changed: false,
          unit_price_usd: 0.03,
          unit: 'megapixels',
          known_unit_price_usd: 0.03,
          known_unit: 'megapixels',
        },
        differences: [],
        not_checked: [],
      },
    ],
  });
});

describe('exit 10 where something that is sent is no longer there', () => {
  it('a field', async () => {
    const { code, stdout, stderr, document } = await checked({ [DEV]: GONE });
    expect(code).toBe(10);
    expect(stdout).toMatch(/^ {2}drift {4}strength: fal no longer has it, and would ignore it$/m);
    expect(stderr).toContain('flux-dev');
    expect(document).toMatchObject({ status: 'error', error: { kind: 'expectation' } });
    expect(document.models[0]).toMatchObject({
      drift: true,
      differences: [{ gravity: 'drift', field: 'strength', what: 'gone', ours: 'number', fal: null }],
    });
  });

  it('the endpoint', async () => {
    const { code, stdout, document } = await checked({ [DEV]: null });
    expect(code).toBe(10);
    expect(stdout).toContain('flux-dev: missing\n  drift    the endpoint no longer exists\n');
    expect(document.models[0]).toMatchObject({ endpoint_status: 'missing', drift: true, not_checked: [] });
  });

  it('of one model among others, that are told as well', async () => {
    const { code, stdout } = await checked({ [DEV]: GONE }, ['flux-2-edit', 'flux-dev']);
    expect(code).toBe(10);
    expect(stdout).toMatch(/^flux-2-edit: active.*\n {2}no changes\nflux-dev: active.*\n {2}drift/);
  });
});

describe('exit 0, and a word on', () => {
  test.each<[string, Catalogue[string], string]>([
    ['a deprecated endpoint', { status: 'deprecated' }, '  warning  fal calls it deprecated'],
    ['another price', { unitPrice: 0.04 }, '  warning  price: $0.04 a megapixel, here: $0.03'],
    ['another unit', { unit: 'images' }, '  warning  price: $0.03 per "images", here: per megapixel'],
    [
      'a new field',
      { fields: { ...fields, mood: { kind: 'boolean' } } },
      '  info     mood: new at fal (boolean)',
    ],
    [
      'a wider range',
      { fields: { ...fields, guidance_scale: { kind: 'number', min: 0, max: 20, default: 3.5 } } },
      '  warning  guidance_scale: range at fal: 0..20; here: 1..20',
    ],
    [
      'another default',
      { fields: { ...fields, num_images: { kind: 'integer', min: 1, max: 4, default: 2 } } },
      '  warning  num_images: default at fal: 2; here: 1',
    ],
    [
      'a schema that cannot be read',
      { openapi: { paths: 7 } },
      "  not checked: schema: The catalogue has no readable schema, and fal's public page is asked only without a proxy or sandbox.",
    ],
  ])('%s', async (_name, change, line) => {
    const { code, stdout, stderr } = await checked({ [DEV]: change ?? null });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toContain(line);
  });
});

it('lets no text of fal move the cursor', async () => {
  const title = 'FLUX\u001b[2J\u001b]0;pwned\u0007\r\nflux-dev: active\u202e';
  const hostile = { title, fields: { ...fields, 'x\u001b[31m\ny': { kind: 'string' } } } as const;
  const { stdout, document } = await checked({ [DEV]: hostile });
  expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  expect(stdout).toContain('cannot be compared: its schema names a field that cannot be printed');
  expect(stdout.match(/^flux-dev: /gm)).toHaveLength(1);
  expect(document.models[0]!.title).toBe(title);
});
