import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

const example = (name: string) => readFileSync(new URL(`../../examples/${name}`, import.meta.url));

export const CHELSEA = example('chelsea.png');
export const ROCKET = example('rocket.jpg');

/** The cat, 48 x 32, as a picture to write in any format. */
export const small = (): Sharp => sharp(CHELSEA).resize(48, 32, { fit: 'fill' });

/** The cat and its negative as two frames. */
export async function twoFrames(): Promise<Sharp> {
  const frames = [await small().png().toBuffer(), await small().negate().png().toBuffer()];
  return sharp(frames, { join: { animated: true } });
}

const tiff = (picture: Sharp) => picture.tiff({ compression: 'lzw' }).toBuffer();

const exif = (orientation: number) => small().withMetadata({ orientation });

export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** Puts a chunk behind the header of a PNG. */
export function withChunk(png: Buffer, type: string, data: Uint8Array): Buffer {
  return Buffer.concat([png.subarray(0, 33), pngChunk(type, data), png.subarray(33)]);
}

/** An animation control chunk: two frames, for ever. The frames themselves are not there. */
export const withAnimation = (png: Buffer) => withChunk(png, 'acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]));

/** A whole PNG of a few bytes that claims any size. */
export function claimingPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const chunks = [
    pngChunk('IHDR', header),
    pngChunk('IDAT', Buffer.alloc(4)),
    pngChunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([signature, ...chunks]);
}

/** Puts a segment behind the start of a JPEG. */
export function withSegment(jpeg: Buffer, marker: number, data: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 0xff]);
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)]);
}

/** The boxes of a HEIC file as a phone writes it, without the pixels. */
export function heic(): Buffer {
  const box = (type: string, ...content: Uint8Array[]) => {
    const body = Buffer.concat(content);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(body.length + 8, 0);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, body]);
  };
  const size = Buffer.from([0, 0, 0, 0, 0, 0, 0x0f, 0xc0, 0, 0, 0x0b, 0xd0]);
  return Buffer.concat([
    box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1')),
    box('meta', Buffer.alloc(4), box('iprp', box('ipco', box('ispe', size)))),
    box('mdat', Buffer.alloc(16)),
  ]);
}

const png = await small().png().toBuffer();
const jpeg = await small().jpeg().toBuffer();
const frames = await twoFrames();

/** Whole pictures of all kinds, 48 x 32 unless the name says otherwise. */
export const SAMPLES = {
  png,
  'grey png': await small().greyscale().toColourspace('b-w').png().toBuffer(),
  'palette png': await small().png({ palette: true }).toBuffer(),
  '16-bit png': await small().toColourspace('rgb16').png().toBuffer(),
  'alpha png': await small().ensureAlpha(0.5).png().toBuffer(),
  'turned png': await exif(6).png().toBuffer(),
  'animated png': withAnimation(png),
  'png with bytes behind': Buffer.concat([png, Buffer.from('more')]),
  jpeg,
  'progressive jpeg': await small().jpeg({ progressive: true }).toBuffer(),
  'grey jpeg': await small().toColourspace('b-w').jpeg().toBuffer(),
  'cmyk jpeg': await small().toColourspace('cmyk').jpeg().toBuffer(),
  'turned jpeg': await exif(8).jpeg().toBuffer(),
  'jpeg with bytes behind': Buffer.concat([jpeg, jpeg]),
  webp: await small().webp().toBuffer(),
  'lossless webp': await small().webp({ lossless: true }).toBuffer(),
  'alpha webp': await small().ensureAlpha(0.5).webp().toBuffer(),
  'lossless alpha webp': await small().ensureAlpha(0.5).webp({ lossless: true }).toBuffer(),
  'turned webp': await exif(3).webp().toBuffer(),
  'animated webp': await frames.clone().webp().toBuffer(),
  gif: await small().gif().toBuffer(),
  'alpha gif': await small().ensureAlpha(0).gif().toBuffer(),
  'animated gif': await frames.clone().gif().toBuffer(),
  avif: await small().avif({ effort: 0 }).toBuffer(),
  tiff: await small().tiff().toBuffer(),
  'alpha tiff': await tiff(small().ensureAlpha(0.5)),
  '16-bit tiff': await tiff(small().toColourspace('rgb16')),
  'float tiff': await tiff(small().toColourspace('scrgb')),
  'lab tiff': await tiff(small().toColourspace('lab')),
  'packed tiff': await tiff(small()),
  '1-bit tiff': await small().toColourspace('b-w').tiff({ bitdepth: 1 }).toBuffer(),
  'cmyk tiff': await small().toColourspace('cmyk').tiff().toBuffer(),
  'turned tiff': await exif(6).tiff().toBuffer(),
  'tiff of two pages': await frames.clone().tiff().toBuffer(),
  'pyramid tiff': await small().tiff({ tile: true, tileWidth: 16, tileHeight: 16, pyramid: true }).toBuffer(),
  heic: heic(),
};

export type SampleName = keyof typeof SAMPLES;
