import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { DOT, FLUX_2, GENERAL, quickSandbox, run } from '../fal.js';

const input = { prompt: 'a dot', image_url: DOT, seed: 1 };
const edit = { prompt: 'a dot', image_urls: [DOT], seed: 1 };
const read = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());
const strict = (content: Uint8Array) => sharp(content, { failOn: 'warning' });

describe('plain pictures', () => {
  test.each([
    [GENERAL, 'png', { width: 451, height: 300 }],
    [GENERAL, 'jpeg', 'landscape_4_3'],
    [FLUX_2, 'webp', { width: 512, height: 777 }],
  ])('%s, %s, %o: whole files of the size and format that are due', async (endpoint, format, asked) => {
    const sandbox = await quickSandbox({ renderPictures: false });
    const both = { ...input, ...edit, output_format: format, image_size: asked };
    const { body } = await run(sandbox, endpoint, both);
    const { url, width, height, file_size: size } = body.images[0]!;
    const content = await read(url);
    expect(content.byteLength).toBe(size);
    expect(await strict(content).metadata()).toMatchObject({ width, height, format });
    const { data, info } = await strict(content).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([width, height]);
    expect(data.every((value) => value > 32)).toBe(true);
  });

  test('each prompt, seed and place has its own, always the same', async () => {
    const sandbox = await quickSandbox({ renderPictures: false });
    const hashes = async (change: object) => {
      const { body } = await run(sandbox, GENERAL, { ...input, num_images: 2, ...change });
      const contents = await Promise.all(body.images.map(({ url }) => read(url)));
      return contents.map((content) => createHash('sha256').update(content).digest('hex'));
    };
    const first = await hashes({});
    expect(await hashes({})).toEqual(first);
    const all = [...first, ...(await hashes({ seed: 7 })), ...(await hashes({ prompt: 'a cat' }))];
    expect(new Set(all).size).toBe(6);
  });

  test('the checker still blackens', async () => {
    const sandbox = await quickSandbox({ renderPictures: false });
    const { body } = await run(sandbox, GENERAL, { ...input, prompt: '[sandbox:nsfw]' });
    expect(body.has_nsfw_concepts).toEqual([true]);
    const { channels } = await sharp(await read(body.images[0]!.url)).stats();
    expect(channels.map(({ max }) => max)).toEqual([0, 0, 0]);
  });
});

describe('padding', () => {
  const pictureBytes = 200_001;

  test.each(['png', 'jpeg'])('a %s grows to its bytes and decodes to the same pixels', async (format) => {
    const [small, large] = [await quickSandbox(), await quickSandbox({ pictureBytes })];
    const asked = { ...input, output_format: format };
    const [thin, thick] = await Promise.all(
      [small, large].map(async (sandbox) => (await run(sandbox, GENERAL, asked)).body.images[0]!),
    );
    expect(thin!.file_size).toBeLessThan(pictureBytes);
    expect(thick!.file_size).toBeGreaterThanOrEqual(pictureBytes);
    expect(thick!.file_size).toBeLessThan(pictureBytes + 1_000);
    const content = await read(thick!.url);
    expect(content.byteLength).toBe(thick!.file_size);
    const pixels = await strict(await read(thin!.url))
      .raw()
      .toBuffer();
    expect(pixels.equals(await strict(content).raw().toBuffer())).toBe(true);
  });

  test('no two of its pieces are alike', async () => {
    const sandbox = await quickSandbox({ renderPictures: false, pictureBytes });
    const { body } = await run(sandbox, GENERAL, input);
    const content = Buffer.from(await read(body.images[0]!.url));
    const pieces = Array.from({ length: 100 }, (_, index) => {
      return content.subarray(index * 2_000, (index + 1) * 2_000).toString('base64');
    });
    expect(new Set(pieces).size).toBe(pieces.length);
  });

  test('a picture that is larger already, or a WebP, stays as it is', async () => {
    const [plain, padding] = [await quickSandbox(), await quickSandbox({ pictureBytes: 10 })];
    const size = async (sandbox: typeof plain, format: string) =>
      (await run(sandbox, FLUX_2, { ...edit, output_format: format })).body.images[0]!.file_size;
    expect(await size(padding, 'png')).toBe(await size(plain, 'png'));
    const huge = await quickSandbox({ pictureBytes: 1_000_000 });
    expect(await size(huge, 'webp')).toBe(await size(plain, 'webp'));
  });
});
