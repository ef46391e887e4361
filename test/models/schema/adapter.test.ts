import { existsSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { promptNeed } from '../../../src/models/prompt-need.js';
import { readRequest } from '../../../src/models/read-request.js';
import { schemaModel } from '../../../src/models/schema/adapter.js';
import { toInput } from '../../../src/models/wire.js';
import { documentsIn, FALS, FIXTURES } from './documents.js';

const SOURCE = { hash: 'h', readAt: 0, origin: 'file' } as const;
const own = documentsIn(FIXTURES);
const modelOf = (endpoint: string) => {
  const document = own.find((one) => one.endpoint === endpoint);
  return schemaModel(endpoint, document?.openapi, SOURCE);
};

/** One line on what an endpoint takes, or why it cannot be used. */
function roles(endpoint: string, openapi: unknown): string {
  try {
    const model = schemaModel(endpoint, openapi, SOURCE);
    const fields = Object.entries(model.fields).map(([key, [field]]) =>
      key === field ? key : `${key}=${field ?? ''}`,
    );
    const count = model.statesNoLimit === true ? '?' : String(model.maxImages);
    return `${endpoint}: ${fields.sort().join(' ')} · pictures ${count} · prompt ${promptNeed(model)}`;
  } catch (error) {
    return (error as Error).message;
  }
}

test('every form of a document becomes an adapter, or is refused for a reason', () => {
  expect(own.map(({ endpoint, openapi }) => roles(endpoint, openapi)).sort()).toMatchInlineSnapshot(`
    [
      "acme/backdrop: images=image_url negativePrompt=negative_prompt prompt seed steps=steps_num · pictures 1 · prompt optional",
      "acme/brush/lora: acceleration expandPrompt=enable_prompt_expansion format=output_format guidance=guidance_scale images=image_urls loras negativePrompt=negative_prompt numImages=num_images prompt safetyChecker=enable_safety_checker seed size=image_size steps=num_inference_steps · pictures 3 · prompt required",
      "acme/caption cannot be used: it returns no picture. Nothing was sent.",
      "acme/cutout/v2: format=output_format images=image_url · pictures 1 · prompt none",
      "acme/erase: format=output_format images=image_url prompt seed · pictures 1 · prompt required",
      "acme/fill: expandPrompt=enhance_prompt format=output_format guidance=guidance_scale images=image_url numImages=num_images prompt seed steps=num_inference_steps · pictures 1 · prompt required",
      "acme/imagine/edit: format=output_format images=image_urls numImages=num_images prompt · pictures 3 · prompt required",
      "acme/matte: images=image_url · pictures 1 · prompt none",
      "acme/outage cannot be used: fal publishes no schema for it. Nothing was sent.",
      "acme/paint/edit: format=output_format images=image_urls numImages=num_images prompt seed · pictures 6 · prompt required",
      "acme/paint/realtime cannot be used: it is a WebSocket app, which has no queue. Nothing was sent.",
      "acme/relight: format=output_format images=image_url prompt=instruction seed strength · pictures 1 · prompt required",
      "acme/scene/compose: images=image_url numImages=num_samples prompt seed · pictures 1 · prompt required",
      "acme/segment: format=output_format images=image_url · pictures 1 · prompt none",
      "acme/sketch cannot be used: it takes no picture. Nothing was sent.",
      "acme/trace: images=image_url seed · pictures 1 · prompt none",
      "acme/upscale: format=output_format images=image_url strength · pictures 1 · prompt none",
    ]
  `);
});

describe.skipIf(!existsSync(FALS[0] ?? ''))("fal's own documents", () => {
  test('have the roles that a person has read', async () => {
    const lines = FALS.flatMap(documentsIn).map(({ endpoint, openapi }) => roles(endpoint, openapi));
    await expect(lines.sort().join('\n')).toMatchFileSnapshot('roles.snapshot.txt');
  });
});

describe('a request for a schema-driven model', () => {
  const request = (endpoint: string, given: Parameters<typeof readRequest>[1]) => {
    const model = modelOf(endpoint);
    const { seed, ...others } = readRequest(model, { images: ['a.png'], ...given });
    return toInput(model, { ...others, ...(seed === undefined ? {} : { seed }) });
  };

  it('always sends sync_mode false where the field exists', () => {
    expect(request('acme/matte', {})).toMatchObject({ sync_mode: false });
  });

  it('reads values by the type of their field, at every depth', () => {
    expect(request('acme/paint/edit', { prompt: 'x', set: ['safety_tolerance=2'] })).toMatchObject({
      safety_tolerance: '2',
    });
    expect(request('acme/paint/edit', { prompt: 'x', set: { safety_tolerance: 2 } })).toMatchObject({
      safety_tolerance: '2',
    });
  });

  it('names the nearest field', () => {
    expect(() => request('acme/paint/edit', { prompt: 'x', set: ['safety_tolerence=2'] })).toThrow(
      '--set safety_tolerence: acme/paint/edit has no field "safety_tolerence".',
    );
  });
});
