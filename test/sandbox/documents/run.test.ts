import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/server.js';
import { schemaDocuments, schemaOf } from '../../support/schemas.js';
import { DOT, quickSandbox, run } from '../fal.js';

const WIDE = `data:image/png;base64,${(
  await sharp({ create: { width: 200, height: 100, channels: 3, background: '#a40' } })
    .png()
    .toBuffer()
).toString('base64')}`;

interface OutputFile {
  url: string;
  content_type: string;
  file_name?: string;
  width?: number;
  height?: number;
}

const matching = (form: RegExp) => expect.stringMatching(form) as string;

async function served(): Promise<Sandbox> {
  return quickSandbox({ documents: schemaDocuments(), renderPictures: false });
}

/** The result of an endpoint: its body, and the units that were billed. */
async function result(sandbox: Sandbox, endpoint: string, input: object) {
  const { status, headers, body } = await run(sandbox, endpoint, input);
  expect(body).not.toHaveProperty('detail');
  expect(status).toBe(200);
  const units = Number(headers.get('x-fal-billable-units'));
  return { units, body: body as unknown as Record<string, OutputFile & OutputFile[]> };
}

async function bytesOf({ url }: OutputFile): Promise<Buffer> {
  return Buffer.from(await (await fetch(url)).arrayBuffer());
}

const metadataOf = async (file: OutputFile) => sharp(await bytesOf(file)).metadata();

describe('the answer has the form of the output schema', () => {
  test('a list of pictures: their number, shape and format', async () => {
    const { body } = await result(await served(), 'acme/paint/edit', {
      prompt: 'at night',
      image_urls: [WIDE],
      num_images: 2,
      aspect_ratio: '16:9',
      output_format: 'webp',
    });
    expect(Object.keys(body)).toEqual(['images', 'description']);
    expect(body['images']).toMatchObject([{ content_type: 'image/webp', width: 1365, height: 768 }, {}]);
    const [first, second] = await Promise.all(body['images']!.map(bytesOf));
    expect(await sharp(first).metadata()).toMatchObject({ format: 'webp', width: 1365, height: 768 });
    expect(first!.equals(second!)).toBe(false);
  });

  test('a mask model: everything that it requires', async () => {
    const input = { prompt: 'a cat', image_url: WIDE, mask_url: WIDE, seed: 7 };
    const { body } = await result(await served(), 'acme/fill', input);
    expect(body).toMatchObject({
      images: [{ content_type: 'image/jpeg', width: 200, height: 100 }],
      seed: 7,
      has_nsfw_concepts: [false],
      prompt: 'a cat',
      timings: { inference: 0.02 },
    });
  });

  test('an upscaler: a larger picture, and no size beside it', async () => {
    const { body } = await result(await served(), 'acme/upscale', { image_url: WIDE, upscale_factor: 3 });
    expect(Object.keys(body['image']!).sort()).toEqual(['content_type', 'file_name', 'file_size', 'url']);
    expect(await metadataOf(body['image']!)).toMatchObject({ format: 'jpeg', width: 600, height: 300 });
  });

  test('a second picture, if it is requested', async () => {
    const sandbox = await served();
    const plain = await result(sandbox, 'acme/cutout/v2', { image_url: DOT });
    expect(plain.body).toMatchObject({ image: { content_type: 'image/png' }, mask_image: null });
    const both = await result(sandbox, 'acme/cutout/v2', { image_url: DOT, output_mask: true });
    expect(both.body['mask_image']!.url).not.toBe(both.body['image']!.url);
  });

  test('several named pictures', async () => {
    const { body } = await result(await served(), 'acme/segment', { image_url: DOT });
    expect(body).toMatchObject({ combined_mask: { url: matching(/files/) }, individual_masks: [{}, {}] });
  });

  test('an SVG file, also as text', async () => {
    const { body } = await result(await served(), 'acme/trace', { image_url: WIDE, seed: 1 });
    expect(body).toMatchObject({
      image: { content_type: 'image/svg+xml', file_name: matching(/\.svg$/) },
      seed: 1,
    });
    const svg = (await bytesOf(body['image']!)).toString();
    expect(svg).toBe(body['svg_content']);
    expect(await sharp(Buffer.from(svg)).metadata()).toMatchObject({ width: 200, height: 100 });
  });

  test('one picture, where the schema has no properties', async () => {
    const { body } = await result(await served(), 'acme/backdrop', { image_url: WIDE });
    expect(body).toMatchObject({ image: { content_type: 'image/png', width: 200, height: 100 } });
  });

  test('pictures, where the schema of one is missing', async () => {
    const openapi = schemaOf('acme/paint/edit') as { components: { schemas: { Image?: object } } };
    delete openapi.components.schemas.Image;
    const sandbox = await quickSandbox({ documents: [{ endpoint: 'acme/paint/edit', openapi }] });
    const { body } = await result(sandbox, 'acme/paint/edit', { prompt: 'xyz', image_urls: [WIDE] });
    expect(body['images']).toMatchObject([{ content_type: 'image/png', width: 200, height: 100 }]);
  });

  test('a data URI by default, and a ZIP file on request', async () => {
    const sandbox = await served();
    const inline = await result(sandbox, 'acme/matte', { image_url: DOT });
    expect(inline.body).toMatchObject({ image: { url: matching(/^data:image\/png;base64,/) }, file: null });
    const zip = await result(sandbox, 'acme/matte', {
      image_url: DOT,
      output_format: 'zip',
      sync_mode: false,
    });
    expect(zip.body).toMatchObject({ image: null, file: { content_type: 'application/zip' } });
    const archive = await bytesOf(zip.body['file']!);
    expect(archive.subarray(0, 4).toString('latin1')).toBe('PK\x03\x04');
    // The only file is stored as it is, after its header.
    const content = archive.subarray(
      30 + 'result.png'.length,
      30 + 'result.png'.length + archive.readUInt32LE(18),
    );
    expect((await sharp(content).metadata()).format).toBe('png');
  });

  test('a new picture, where none is required', async () => {
    const input = { prompt: 'a cat', num_images: 3, aspect_ratio: '1:1' };
    const { body } = await result(await served(), 'acme/imagine/edit', input);
    expect(body).toMatchObject({
      images: [{ width: 1024, height: 1024 }, {}, {}],
      revised_prompt: null,
    });
  });

  test('sizes by width and height, and as presets and objects', async () => {
    const sandbox = await served();
    const scene = await result(sandbox, 'acme/scene/compose', {
      prompt: 'x',
      image_url: WIDE,
      width: 256,
      num_samples: 2,
    });
    expect(scene.body).toMatchObject({ images: [{ width: 256, height: 512 }, {}] });
    const input = { prompt: 'x', image_urls: [WIDE] };
    for (const [image_size, width, height] of [
      ['square', 512, 512],
      [{ width: 640, height: 320 }, 640, 320],
      [null, 200, 100],
    ]) {
      const { body } = await result(sandbox, 'acme/brush/lora', { ...input, image_size });
      expect(body).toMatchObject({ images: [{ width, height }] });
      expect(body['seed']).toBeLessThan(1000);
    }
  });

  test('only text, where there is no picture', async () => {
    const { body } = await result(await served(), 'acme/caption', { image_url: DOT });
    expect(body).toEqual({ output: expect.any(String) as string });
  });
});

test('pictures are drawn from the picture, not from its mask', async () => {
  const sandbox = await quickSandbox({ documents: schemaDocuments() });
  const input = { prompt: 'x', image_url: WIDE, mask_url: DOT, seed: 1, output_format: 'png' };
  const one = await result(sandbox, 'acme/fill', input);
  const other = await result(sandbox, 'acme/fill', { ...input, mask_url: WIDE });
  const third = await result(sandbox, 'acme/fill', { ...input, image_url: DOT });
  const [first, second, unlike] = await Promise.all(
    [one, other, third].map(({ body }) => bytesOf(body['images']![0]!)),
  );
  expect(first!.equals(second!)).toBe(true);
  expect(first!.equals(unlike!)).toBe(false);
});

describe('an input that fails at the result', () => {
  test.each([
    ['a missing field', 'acme/fill', { prompt: 'x', image_url: DOT }, 'mask_url', 'missing'],
    [
      'a mask that is not there',
      'acme/fill',
      { prompt: 'x', image_url: DOT, mask_url: 'https://x/y.png' },
      'mask_url',
      'file_download_error',
    ],
    ['no picture', 'acme/upscale', { image_url: 'data:text/plain,hello' }, 'image_url', 'image_load_error'],
    [
      'content',
      'acme/relight',
      { image_url: DOT, instruction: '[sandbox:policy]', light_type: 'sun' },
      'prompt',
      'content_policy_violation',
    ],
  ])('%s', async (_, endpoint, input, field, type) => {
    const { status, headers, body } = await run(await served(), endpoint, input);
    expect([status, headers.get('x-fal-billable-units')]).toEqual([422, '0']);
    expect(body.detail).toMatchObject([{ loc: ['body', field], type }]);
  });

  test('the safety checker blanks pictures, unless it is off', async () => {
    const sandbox = await served();
    const input = { prompt: '[sandbox:nsfw]', image_urls: [DOT] };
    const { body } = await result(sandbox, 'acme/brush/lora', input);
    expect(body['has_nsfw_concepts']).toEqual([true]);
    const off = await result(sandbox, 'acme/brush/lora', { ...input, enable_safety_checker: false });
    expect(off.body['has_nsfw_concepts']).toEqual([false]);
  });
});

test('an unknown path of an app fails when the job runs, an unknown app at the submit', async () => {
  const sandbox = await served();
  const { status, body } = await run(sandbox, 'acme/paint', {});
  expect([status, body.detail]).toEqual([404, 'Path / not found']);
  await expect(run(sandbox, 'acme/none', {})).rejects.toThrow('Application \\"none\\" not found');
});

test.each([
  ['images', 'acme/paint/edit', { prompt: 'xyz', image_urls: [DOT], num_images: 3 }, 3],
  [
    'megapixels',
    'acme/paint/edit',
    { prompt: 'xyz', image_urls: [DOT], num_images: 2, aspect_ratio: '1:1', resolution: '2K' },
    8,
  ],
  ['processed megapixels', 'acme/brush/lora', { prompt: 'x', image_urls: [DOT, DOT] }, 3],
  ['compute seconds', 'acme/upscale', { image_url: DOT }, 0.02],
  ['requests', 'acme/segment', { image_url: DOT }, 1],
])('bills %s', async (unit, endpoint, input, units) => {
  const documents = schemaDocuments().map((document) => ({ ...document, price: { unitPrice: 0.5, unit } }));
  const sandbox = await quickSandbox({ documents, renderPictures: false });
  expect((await result(sandbox, endpoint, input)).units).toBe(units);
  expect(sandbox.ledger().accepted[0]).toMatchObject({ charged_usd: units / 2 });
});

test.each([
  ['acme/upscale', { image_url: WIDE }],
  ['acme/matte', { image_url: WIDE }],
  ['acme/segment', { image_url: WIDE }],
])('faults blank and remove the pictures of %s', async (endpoint, input) => {
  const sandbox = await quickSandbox({ documents: schemaDocuments() });
  sandbox.addToxic({ type: 'blank', on: 'result' });
  const { body } = await result(sandbox, endpoint, input);
  const values: unknown[] = Object.values(body).flat();
  const files = values.filter((value): value is OutputFile => typeof value === 'object' && value !== null);
  expect(files).not.toEqual([]);
  for (const file of files) {
    const { channels } = await sharp(await bytesOf(file)).stats();
    expect(channels.map(({ max }) => max)).toEqual([0, 0, 0]);
    expect(file.width ?? 200).toBe(200);
  }
  sandbox.clearToxics();
  sandbox.addToxic({ type: 'no_images', on: 'result' });
  expect(JSON.stringify((await result(sandbox, endpoint, input)).body)).not.toContain('url');
});
