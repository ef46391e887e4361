import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { arrived, type DryRun, scene, sha256, small, SMALL, visible } from './commands/scene.js';

const ENCODED = {
  jpeg: await small().jpeg().toBuffer(),
  webp: await small().webp().toBuffer(),
  gif: await small().gif().toBuffer(),
  avif: await small().avif({ effort: 0 }).toBuffer(),
  tiff: await small().tiff().toBuffer(),
};

describe('pictures in', () => {
  test.each([
    ['photo.png', SMALL, 'image/png'],
    ['photo.jpg', ENCODED.jpeg, 'image/jpeg'],
    ['photo.webp', ENCODED.webp, 'image/webp'],
    ['a jpeg called.png', ENCODED.jpeg, 'image/jpeg'],
  ])('%s is uploaded as it is', async (name, bytes, contentType) => {
    const { fal, run } = await scene({ [name]: bytes });
    const result = await run([name, '-p', 'snow']);
    expect(result.code, result.stderr).toBe(0);
    expect(fal.ledger().uploads).toMatchObject([{ sha256: sha256(bytes), content_type: contentType }]);
  });

  test.each([
    ['photo.gif', ENCODED.gif, 'png'],
    // What has lost detail is not blown up. sharp compresses a TIFF as a JPEG.
    ['photo.avif', ENCODED.avif, 'jpeg'],
    ['photo.tiff', ENCODED.tiff, 'jpeg'],
  ])('%s is converted, and stays of the same size', async (name, bytes, format) => {
    const { fal, run } = await scene({ [name]: bytes });
    const result = await run([name, '-p', 'snow']);
    expect(result.code, result.stderr).toBe(0);
    expect(fal.ledger().uploads).toMatchObject([{ content_type: `image/${format}` }]);
    expect(await sharp(await arrived(fal)).metadata()).toMatchObject({
      format,
      width: 48,
      height: 32,
    });
  });

  it('sends a JPEG of a turned camera upright', async () => {
    // Stored lying on its side, to be turned by a quarter: a person sees 32 x 48.
    const turned = await small().withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
    const { fal, run } = await scene({ 'photo.jpg': turned });
    expect((await run(['photo.jpg', '-p', 'snow'])).code).toBe(0);
    const upright = await arrived(fal);
    const { width, height, orientation } = await sharp(upright).metadata();
    expect({ width, height, turn: orientation ?? 1 }).toEqual({ width: 32, height: 48, turn: 1 });
    const seen = await sharp(turned).autoOrient().raw().toBuffer();
    const sent = await sharp(upright).raw().toBuffer();
    const difference = seen.reduce((sum, value, at) => sum + Math.abs(value - sent[at]!), 0) / seen.length;
    expect(difference).toBeLessThan(6);
  });

  it('warns that only the first frame of an animation is edited', async () => {
    const frames = [SMALL, await small().negate().png().toBuffer()];
    const gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    const { run } = await scene({ 'cat.gif': gif });
    const result = await run(['cat.gif', '-p', 'snow', '--json']);
    expect(result.json()['warnings']).toEqual([expect.stringMatching(/cat\.gif.*first frame/)]);
    expect(result.stderr.match(/warning:.*first frame/g)).toHaveLength(1);
  });

  test.each([
    ['a data: URI', [`data:image/png;base64,${SMALL.toString('base64')}`], undefined, 'image.edit.png'],
    ['stdin', ['-'], SMALL, 'stdin.edit.png'],
  ])('%s', async (_, images, stdin, name) => {
    const { fal, cwd, run } = await scene({});
    const result = await run([...images, '-p', 'snow'], stdin === undefined ? {} : { stdin });
    expect(result.code, result.stderr).toBe(0);
    expect(fal.ledger().uploads).toMatchObject([{ sha256: sha256(SMALL) }]);
    expect(await visible(cwd)).toEqual([name]);
  });

  it('passes an http(s) URL on untouched', async () => {
    const url = 'https://example.com/a%20b.png?signature=a+b%2F&x=[1]';
    const { fal, run } = await scene({});
    const result = await run([url, '-p', 'snow', '--dry-run', '--json']);
    expect(result.json<DryRun>()).toMatchObject({ input: { image_url: url }, uploads: [] });
    expect(fal.ledger().requests.total).toBe(0);
  });

  test.each([
    [['my photo.png']],
    [['one, two.png']],
    [['two\nlines.png']],
    [['größe 写真.png']],
    [['--', '-cat.png']],
    [['./-cat.png']],
    [['-i', '-cat.png']],
    [['edit']],
  ])('a file called %j', async (words) => {
    const name = words.at(-1)!;
    const { fal, cwd, run } = await scene({ [name]: SMALL });
    const argv = name === 'edit' ? ['edit', 'edit', '-p', 'snow'] : ['-p', 'snow', ...words];
    const result = await run(argv);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(fal.ledger().accepted).toHaveLength(1);
    expect(await visible(cwd)).toHaveLength(2);
  });

  it('sends three pictures in their order, and equal ones once', async () => {
    const other = await small().negate().png().toBuffer();
    const { fal, run } = await scene({ 'a.png': SMALL, 'b.png': other, 'copy of a.png': SMALL });
    const argv = ['a.png', 'b.png', '-i', 'copy of a.png', '-m', 'flux-2-lora', '-p', 'together'];
    const result = await run(argv);
    expect(result.code, result.stderr).toBe(0);
    const { accepted, uploads } = fal.ledger();
    const urlOf = (bytes: Uint8Array) => uploads.find((one) => one.sha256 === sha256(bytes))!.file_url;
    expect(uploads).toHaveLength(2);
    expect(accepted).toMatchObject([{ input: { image_urls: [urlOf(SMALL), urlOf(other), urlOf(SMALL)] } }]);
  });

  it('uploads a local picture in --set', async () => {
    const other = await small().negate().png().toBuffer();
    const { fal, run } = await scene({ 'photo.png': SMALL, 'ref.png': other });
    const result = await run(['photo.png', '-p', 'snow', '--set', 'reference_image_url=./ref.png']);
    expect(result.code, result.stderr).toBe(0);
    expect(sha256(await arrived(fal, 'reference_image_url'))).toBe(sha256(other));
  });

  it('uploads a local picture deep inside --set, and leaves ids there alone', async () => {
    const other = await small().negate().png().toBuffer();
    const { fal, run } = await scene({ 'photo.png': SMALL, 'face.png': other });
    const adapter = { path: 'a/b', image_encoder_path: 'c/d', image_url: 'face.png', scale: 0.5 };
    const result = await run([
      'photo.png',
      '-p',
      'snow',
      '--set',
      `ip_adapters=${JSON.stringify([adapter])}`,
    ]);
    expect(result.code, result.stderr).toBe(0);
    const { accepted, uploads } = fal.ledger();
    const uploaded = uploads.find((one) => one.sha256 === sha256(other))!.file_url;
    expect(accepted).toMatchObject([{ input: { ip_adapters: [{ ...adapter, image_url: uploaded }] } }]);
  });

  it('uploads local LoRA weights, and leaves ids and URLs alone', async () => {
    const header = Buffer.from('{}');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const weights = Buffer.concat([length, header]);
    const { fal, run } = await scene({ 'photo.png': SMALL, 'my style.safetensors': weights });
    const url = 'https://example.com/user@host/style.safetensors';
    const loras = ['my style.safetensors@0.8', `${url}@0.5`, 'owner/style'];
    const result = await run(['photo.png', '-p', 'snow', ...loras.flatMap((spec) => ['--lora', spec])]);
    expect(result.code, result.stderr).toBe(0);
    const { accepted, uploads } = fal.ledger();
    const uploaded = uploads.find((one) => one.sha256 === sha256(weights))!.file_url;
    expect(accepted).toMatchObject([
      {
        input: {
          loras: [{ path: uploaded, scale: 0.8 }, { path: url, scale: 0.5 }, { path: 'owner/style' }],
        },
      },
    ]);
  });
});
