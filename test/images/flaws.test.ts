import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodable } from '../../src/images/decodable.js';
import { decoded } from '../../src/images/decode.js';
import { NotAPictureError, PictureError } from '../../src/images/picture-errors.js';
import { probePicture } from '../../src/images/probe.js';
import { SAMPLES, small, twoFrames } from './samples.js';

const JPEG = SAMPLES.jpeg;

const decode = (bytes: Uint8Array) => sharp(bytes, { failOn: 'warning' }).raw().toBuffer();

/** The pixels as our own pipeline reads them, or the reason why it does not. */
async function read(bytes: Uint8Array): Promise<Buffer | string> {
  try {
    return await decoded(bytes, probePicture(bytes), (picture) => picture.raw().toBuffer());
  } catch (error) {
    if (error instanceof PictureError) return error.problem;
    throw error;
  }
}

const marker = (code: number) => JPEG.indexOf(Buffer.from([0xff, code]));
const insert = (at: number, bytes: number[]) =>
  Buffer.concat([JPEG.subarray(0, at), Buffer.from(bytes), JPEG.subarray(at)]);
const open = JPEG.subarray(0, -2);
const scan = marker(0xda) + 2 + JPEG.readUInt16BE(marker(0xda) + 2);

/** With other scan parameters, as some Samsung phones write them. */
function samsung(...parameters: number[]): Buffer {
  const bytes = Buffer.from(JPEG);
  bytes.set(parameters, scan - 3);
  return bytes;
}

const film = Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0isommp42\xff\0\xff\x7f\xff\xe1\x40\0', 'latin1');

describe('a JPEG that viewers show', () => {
  const pixels = decode(JPEG);
  test.each([
    ['no end marker', open, 'has no end marker'],
    ['text in place of its end', Buffer.concat([open, Buffer.from('trailer')]), 'has no end marker'],
    ['a film in place of its end', Buffer.concat([open, film]), 'has no end marker'],
    ['a preview in place of its end', Buffer.concat([open, JPEG]), 'has no end marker'],
    [
      'stray bytes before its scan',
      insert(marker(0xda), [0x41, 0, 0x42]),
      'has stray bytes between its segments',
    ],
    ['stray stuffing', insert(marker(0xda), [0xff, 0]), 'has stray bytes between its segments'],
    ['a second beginning', insert(marker(0xc0), [0xff, 0xd8]), 'begins a second time'],
    ['no coefficients', samsung(0, 0, 0), 'has invalid scan parameters'],
    ['bits as if progressive', samsung(0, 63, 0x11), 'has invalid scan parameters'],
  ])('%s', async (_, bytes, flaw) => {
    expect(probePicture(bytes)).toMatchObject({ flaw, width: 48, height: 32 });
    expect(Buffer.compare((await read(bytes)) as Buffer, await pixels)).toBe(0);
  });

  test.each([
    ['whole', JPEG],
    ['with more fill before its end', insert(JPEG.length - 2, [0xff, 0xff])],
    ['with bytes behind', Buffer.concat([JPEG, film])],
  ])('%s needs no mending', async (_, bytes) => {
    const probe = probePicture(bytes);
    expect(probe).toMatchObject({ flaw: undefined });
    expect(await decodable(bytes, probe)).toBe(bytes);
  });
});

const tiny = () => small().resize(28, 20, { fit: 'fill' });

describe('cut anywhere, a picture is refused or has all its pixels', async () => {
  test.each([
    ['jpeg', await tiny().jpeg().toBuffer()],
    ['full-colour jpeg', await tiny().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()],
    ['progressive jpeg', await tiny().jpeg({ progressive: true }).toBuffer()],
    ['grey jpeg', await tiny().toColourspace('b-w').jpeg().toBuffer()],
    ['gif', await tiny().gif().toBuffer()],
    ['png', await tiny().png().toBuffer()],
  ])('%s', async (_, whole) => {
    const pixels = await decode(whole);
    const wrong: number[] = [];
    for (let length = 0; length < whole.length; length++) {
      const result = await read(whole.subarray(0, length));
      if (typeof result !== 'string' && Buffer.compare(result, pixels) !== 0) wrong.push(length);
    }
    expect(wrong).toEqual([]);
  });
});

describe('other formats that viewers show', () => {
  const gif = SAMPLES.gif.subarray(0, -1);
  const comment = Buffer.from('\0\0\x10\0tEXtCom', 'latin1');
  test.each([
    ['a GIF without its trailer', SAMPLES.gif, gif, 'has no end marker'],
    ['a GIF without its last zero', SAMPLES.gif, gif.subarray(0, -1), 'has no end marker'],
    [
      'a GIF with bytes in place of its trailer',
      SAMPLES.gif,
      Buffer.concat([gif, Buffer.from([7, 8])]),
      'has stray bytes after its last frame',
    ],
    ['a PNG without IEND', SAMPLES.png, SAMPLES.png.subarray(0, -12), 'has no end marker'],
    ['a PNG whose IEND is cut', SAMPLES.png, SAMPLES.png.subarray(0, -5), 'has no end marker'],
    [
      'a PNG cut within a comment',
      SAMPLES.png,
      Buffer.concat([SAMPLES.png.subarray(0, -12), comment]),
      'has no end marker',
    ],
  ])('%s', async (_, whole, bytes, flaw) => {
    expect(probePicture(bytes)).toMatchObject({ flaw });
    expect(Buffer.compare((await read(bytes)) as Buffer, await decode(whole))).toBe(0);
  });

  test('an animated AVIF', async () => {
    const avif = Buffer.from(await small().avif({ effort: 0 }).toBuffer());
    avif.write('avis', 8, 'latin1');
    expect(probePicture(avif)).toMatchObject({ animated: true });
    expect(typeof (await read(avif))).not.toBe('string');
  });

  test('an animation cut after its first frame shows it', async () => {
    const whole = await (await twoFrames()).gif().toBuffer();
    const second = whole.lastIndexOf(Buffer.from([0x21, 0xf9, 4]));
    expect(probePicture(whole.subarray(0, second))).toMatchObject({
      flaw: 'has no end marker',
      animated: false,
    });
  });
});

/** A JPEG without loss, of one channel: each pixel as the difference to its neighbour, by a table of equal codes. */
function losslessJpeg(bits: number): Buffer {
  const segment = (code: number, data: number[]) =>
    Buffer.from([0xff, code, (data.length + 2) >> 8, (data.length + 2) & 0xff, ...data]);
  const counts = Array.from({ length: 16 }, (_, index) => (index === 4 ? 17 : 0));
  const categories = Array.from({ length: 17 }, (_, index) => index);
  // The first pixel is as expected (category 0), every other one is one brighter than its left or upper one.
  const coded = `00000${'000011'.repeat(63)}`.padEnd(8 * 48, '1');
  const data = coded
    .match(/.{8}/g)
    ?.flatMap((byte) => (byte === '11111111' ? [255, 0] : [parseInt(byte, 2)]));
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xc3, [bits, 0, 8, 0, 8, 1, 1, 0x11, 0]),
    segment(0xc4, [0, ...counts, ...categories]),
    segment(0xda, [1, 1, 0, 1, 0, 0]),
    Buffer.from(data ?? []),
    Buffer.from([0xff, 0xd9]),
  ]);
}

describe('rare kinds of JPEG', () => {
  const withFrame = (code: number, bits = 8) => {
    const bytes = Buffer.from(JPEG);
    bytes[marker(0xc0) + 4] = bits;
    bytes[marker(0xc0) + 1] = code;
    return bytes;
  };

  test('without loss is converted', async () => {
    expect(probePicture(losslessJpeg(8))).toMatchObject({
      lossy: false,
      flaw: 'has lossless coding',
      colour: 'grey',
    });
    expect([...((await read(losslessJpeg(8))) as Buffer)].slice(0, 9)).toEqual([
      128, 128, 128, 129, 129, 129, 130, 130, 130,
    ]);
  });

  test('arithmetic coding is converted', () => {
    expect(probePicture(withFrame(0xc9))).toMatchObject({ flaw: 'has arithmetic coding', lossy: true });
  });

  test.each([
    ['is a 12-bit JPEG', withFrame(0xc1, 12)],
    ['is a 16-bit lossless JPEG', losslessJpeg(16)],
    ['is a hierarchical JPEG', withFrame(0xc5)],
    ['is a lossless arithmetic JPEG', withFrame(0xcb)],
  ])('%s', (problem, bytes) => {
    expect(() => probePicture(bytes)).toThrow(NotAPictureError);
    expect(() => probePicture(bytes)).toThrow(problem);
  });
});
