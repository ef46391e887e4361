/* Blocks of metadata, and the places of each format where a reader may look for an orientation or a profile. */
import { deflateSync } from 'node:zlib';
import { withSegment } from '../../images/samples.js';
import type { Chunk } from './png.js';

/** Is in all metadata that must not leave the machine. */
export const SECRET = 'Jane Doe, 12 Secret Street';

/** A block of EXIF with an orientation, and optionally with an artist and a place on Earth. */
export function exif(orientation: number, { personal = false } = {}): Buffer {
  const [SHORT, LONG, ASCII, RATIONAL] = [3, 4, 2, 5];
  const artist = Buffer.from(`${SECRET}\0`);
  const count = personal ? 3 : 1;
  const artistAt = 8 + 2 + count * 12 + 4;
  const placeAt = artistAt + artist.length;
  const entry = (tag: number, type: number, values: number, value: number) => {
    const data = Buffer.alloc(12);
    data.writeUInt16BE(tag, 0);
    data.writeUInt16BE(type, 2);
    data.writeUInt32BE(values, 4);
    if (type === SHORT) data.writeUInt16BE(value, 8);
    else data.writeUInt32BE(value, 8);
    return data;
  };
  const directory = (...entries: Buffer[]) =>
    Buffer.concat([Buffer.from([0, entries.length]), ...entries, Buffer.alloc(4)]);
  const turned = entry(0x112, SHORT, 1, orientation);
  const head = Buffer.from('MM\0*\0\0\0\x08', 'latin1');
  if (!personal) return Buffer.concat([head, directory(turned)]);
  const latitude = Buffer.alloc(24);
  [52, 1, 30, 1, 12, 1].forEach((value, index) => latitude.writeUInt32BE(value, index * 4));
  const main = directory(
    turned,
    entry(0x13b, ASCII, artist.length, artistAt),
    entry(0x8825, LONG, 1, placeAt),
  );
  const place = directory(entry(1, ASCII, 2, 0x4e_00_00_00), entry(2, RATIONAL, 3, placeAt + 2 + 24 + 4));
  return Buffer.concat([head, main, artist, place, latitude]);
}

export function xmp(orientation: number): Buffer {
  const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
  const names = `xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"`;
  return Buffer.from(
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${rdf}"><rdf:Description rdf:about="" ${names} ` +
      `tiff:Orientation="${orientation}"><dc:creator><rdf:Seq><rdf:li>${SECRET}</rdf:li></rdf:Seq></dc:creator>` +
      `</rdf:Description></rdf:RDF></x:xmpmeta>`,
  );
}

export const jpegExif = (jpeg: Buffer, block: Buffer) =>
  withSegment(jpeg, 0xe1, Buffer.concat([Buffer.from('Exif\0\0'), block]));
export const jpegXmp = (jpeg: Buffer, packet: Buffer) =>
  withSegment(jpeg, 0xe1, Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0'), packet]));

/** A profile in as many segments as it takes. */
export function jpegProfile(jpeg: Buffer, profile: Buffer): Buffer {
  const SEGMENT = 65_000;
  const count = Math.ceil(profile.length / SEGMENT);
  let result = jpeg;
  for (let number = count; number > 0; number--) {
    const part = profile.subarray((number - 1) * SEGMENT, number * SEGMENT);
    const head = Buffer.concat([Buffer.from('ICC_PROFILE\0'), Buffer.from([number, count])]);
    result = withSegment(result, 0xe2, Buffer.concat([head, part]));
  }
  return result;
}

export function withoutProfile(jpeg: Buffer): Buffer {
  const at = jpeg.indexOf('ICC_PROFILE\0') - 4;
  if (at < 0) return jpeg;
  return withoutProfile(
    Buffer.concat([jpeg.subarray(0, at), jpeg.subarray(at + 2 + jpeg.readUInt16BE(at + 2))]),
  );
}

/** A profile of PNG texts in hexadecimal digits, as ImageMagick writes it. */
export function rawProfile(kind: string, data: Buffer): Chunk {
  const lines = data.toString('hex').replace(/.{72}/g, '$&\n');
  const text = `\n${kind}\n${String(data.length).padStart(8)}\n${lines}\n`;
  return [
    'zTXt',
    Buffer.concat([Buffer.from(`Raw profile type ${kind}\0\0`), deflateSync(Buffer.from(text))]),
  ];
}

export const pngXmp = (packet: Buffer): Chunk => [
  'iTXt',
  Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\0\0\0\0'), packet]),
];

export const text = (keyword: string, value: string): Chunk => [
  'tEXt',
  Buffer.from(`${keyword}\0${value}`, 'latin1'),
];

export interface WebpParts {
  width: number;
  height: number;
  /** Whether the pixels have alpha. */
  alpha?: boolean;
  profile?: Uint8Array;
  exif?: Uint8Array;
  xmp?: Uint8Array;
}

/** A plain WebP in a container that can hold metadata. */
export function webpWith(
  webp: Buffer,
  { width, height, alpha, profile, exif: block, xmp: packet }: WebpParts,
): Buffer {
  const header = Buffer.alloc(10);
  header[0] = (profile ? 0x20 : 0) | (alpha ? 0x10 : 0) | (block ? 0x08 : 0) | (packet ? 0x04 : 0);
  header.writeUIntLE(width - 1, 4, 3);
  header.writeUIntLE(height - 1, 7, 3);
  const body = Buffer.concat([
    Buffer.from('WEBP'),
    riff('VP8X', header),
    ...(profile ? [riff('ICCP', profile)] : []),
    webp.subarray(12),
    ...(block ? [riff('EXIF', block)] : []),
    ...(packet ? [riff('XMP ', packet)] : []),
  ]);
  return riff('RIFF', body);
}

function riff(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}
