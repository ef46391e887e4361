/* The upload settings of an edit, by the bytes that fal's storage receives. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sandbox, type TestSandbox } from '../support/sandbox.js';
import { editCat, folderWithPhoto } from './harness.js';
import { statesIn, seenBy } from './lost.js';
import { runCli } from '../support/run-cli.js';

/** Blue on the left, nothing on the right. */
function logo(): Promise<Buffer> {
  const blue = { create: { width: 32, height: 64, channels: 4, background: '#00f' } } as const;
  return sharp({ create: { width: 64, height: 64, channels: 4, background: '#0000' } })
    .composite([{ input: blue, left: 0, top: 0 }])
    .png()
    .toBuffer();
}

function photo(width: number, height: number): Promise<Buffer> {
  return sharp('examples/chelsea.png')
    .resize(width, height, { fit: 'fill' })
    .withExif({ IFD0: { Artist: 'Weiss' } })
    .jpeg({ quality: 95 })
    .toBuffer();
}

/** Edits a picture; returns the document, and the bytes that fal has of the picture. */
async function uploaded(picture: Uint8Array, ...flags: string[]) {
  const fal = await sandbox();
  const cwd = await folderWithPhoto();
  await writeFile(path.join(cwd, 'photo'), picture);
  const { code, document, stderr } = await editCat({ image: 'photo', env: fal.env, cwd }, ...flags);
  expect(code, stderr).toBe(0);
  return { document: document as typeof document & { notes: string[] }, bytes: await atFal(fal) };
}

async function atFal(fal: TestSandbox): Promise<Buffer> {
  const { image_url, image_urls = [image_url] } = fal.ledger().accepted[0]!.input as {
    image_url?: string;
    image_urls?: (string | undefined)[];
  };
  const response = await fetch(image_urls[0] ?? '');
  return Buffer.from(await response.arrayBuffer());
}

async function sizeOf(bytes: Uint8Array): Promise<[number, number]> {
  const { width, height } = await sharp(bytes).metadata();
  return [width, height];
}

describe('fal gets', () => {
  it('the background where the picture is transparent', async () => {
    const { document, bytes } = await uploaded(await logo(), '--background', '#f00');
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const pixel = (x: number): number[] => [...data.subarray(x * info.channels, x * info.channels + 3)];
    expect([pixel(0), pixel(63)]).toEqual([
      [0, 0, 255],
      [255, 0, 0],
    ]);
    expect(document.notes).toEqual(['photo: flattened on #ff0000']);
  });

  it('no metadata, and the same pixels otherwise', async () => {
    const picture = await photo(96, 64);
    const { document, bytes } = await uploaded(picture);
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
    const [before, after] = await Promise.all([picture, bytes].map((one) => sharp(one).raw().toBuffer()));
    expect(before?.equals(after!)).toBe(true);
    expect(document.notes).toEqual([]);
  });

  it('the file itself with --upload-as-is, which is said once', async () => {
    const picture = await photo(96, 64);
    const { document, bytes } = await uploaded(picture, '--upload-as-is');
    expect(bytes.equals(picture)).toBe(true);
    expect([...document.notes, ...document.warnings]).toEqual([expect.stringContaining('as it is')]);
  });

  it('no more pixels than --max-upload', async () => {
    const { document, bytes } = await uploaded(await photo(900, 600), '--max-upload', '60000');
    expect(await sizeOf(bytes)).toEqual([300, 200]);
    expect(document.notes.join()).toContain('reduced from 900x600 to 300x200');
  });

  it('never fewer pixels than are asked for', async () => {
    const { bytes } = await uploaded(
      await photo(900, 600),
      ...['-m', 'flux-2-edit', '--size', '512x512', '--max-upload', '1000'],
    );
    const [width, height] = await sizeOf(bytes);
    expect(width * height).toBeGreaterThanOrEqual(512 * 512);
    expect(width * height).toBeLessThan(900 * 600);
  });

  it('a small picture enlarged with --upscale-input', async () => {
    const { document, bytes } = await uploaded(await photo(96, 64), '--upscale-input');
    expect(await sizeOf(bytes)).toEqual([768, 512]);
    expect(document.notes.join()).toContain('enlarged from 96x64 to 768x512');
  });
});

it('refuses settings that contradict each other before anything is sent', async () => {
  const fal = await sandbox();
  const { code, document } = await editCat({ env: fal.env }, '--upload-as-is', '--background', 'red');
  expect([code, document.error?.message]).toEqual([2, expect.stringContaining('--upload-as-is')]);
  expect(seenBy(fal).posts).toBe(0);
});

describe('a PNG with broken pixel data', () => {
  /** Its chunks and their checksums are right, but nothing can be unpacked from them. */
  async function broken(): Promise<Buffer> {
    const png = await sharp('examples/chelsea.png').resize(96, 64).png().toBuffer();
    const at = png.indexOf('IDAT');
    const length = png.readUInt32BE(at - 4);
    png.fill(0x55, at + 30, at + 4 + length);
    png.writeUInt32BE(crc32(png.subarray(at, at + 4 + length)), at + 4 + length);
    return png;
  }

  const WORDS = 'is damaged: the PNG has broken pixel data.';

  it.each([[], ['--dry-run']])('is refused before anything is sent %j', async (...flags) => {
    const fal = await sandbox();
    const cwd = await folderWithPhoto();
    await writeFile(path.join(cwd, 'broken.png'), await broken());
    const { code, document } = await editCat({ image: 'broken.png', env: fal.env, cwd }, ...flags);
    expect([code, document.error?.message]).toEqual([2, `--image: "broken.png" ${WORDS}`]);
    expect(fal.ledger().requests.total).toBe(0);
    if (flags.length === 0) expect(await statesIn(cwd)).toEqual([]);
  });

  it('is a problem of its row', async () => {
    const fal = await sandbox();
    const cwd = await folderWithPhoto();
    await writeFile(path.join(cwd, 'broken.png'), await broken());
    await writeFile(path.join(cwd, 'rows.csv'), 'image,prompt\ncat.png,snow\nbroken.png,snow\n');
    const { code, stderr } = await runCli(['batch', 'rows.csv', '--yes', '--max-cost', '1'], {
      env: fal.env,
      cwd,
    });
    expect(code).toBe(2);
    expect(stderr).toContain(`rows.csv:3: image: "broken.png" ${WORDS}`);
    expect(seenBy(fal).posts).toBe(0);
  });
});
