import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { probePicture } from '../../../src/images/probe.js';
import { pngChunk, SAMPLES, small, withChunk, withSegment } from '../samples.js';

/** An EXIF block that says only this. */
function exif(orientation?: number): Buffer {
  const tag = Buffer.from([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation ?? 0, 0, 0, 0]);
  const other = Buffer.from([0x28, 0x01, 3, 0, 1, 0, 0, 0, 2, 0, 0, 0]);
  const head = Buffer.from('II*\0\x08\0\0\0\x01\0', 'latin1');
  return Buffer.concat([head, orientation === undefined ? other : tag, Buffer.alloc(4)]);
}

const xmp = (orientation: number) =>
  Buffer.from(`<x:xmpmeta><rdf:Description tiff:Orientation="${orientation}"/></x:xmpmeta>`);

const element = (orientation: number) =>
  Buffer.from(`<x:xmpmeta><tiff:Orientation>${orientation}</tiff:Orientation></x:xmpmeta>`);

/** A profile in hexadecimal digits, as ImageMagick 6 writes it. */
function raw(kind: string, data: Buffer): Buffer {
  const lines = data.toString('hex').replace(/.{72}/g, '$&\n');
  return Buffer.from(`\n${kind}\n${String(data.length).padStart(8)}\n${lines}\n`, 'latin1');
}

const keyword = (name: string, ...rest: Uint8Array[]) => Buffer.concat([Buffer.from(`${name}\0`), ...rest]);

/** The chunk right before the end of a PNG. */
const atEnd = (type: string, data: Uint8Array) =>
  Buffer.concat([SAMPLES.png.subarray(0, -12), pngChunk(type, data), SAMPLES.png.subarray(-12)]);

const rawExif = keyword(
  'Raw profile type exif',
  raw('exif', Buffer.concat([Buffer.from('Exif\0\0'), exif(6)])),
);

/** The same text as zTXt holds it: a method, then packed. */
const packed = (name: string, text: Buffer) => keyword(name, Buffer.from([0]), deflateSync(text));

const international = (text: Buffer, isPacked: boolean) =>
  keyword('XML:com.adobe.xmp', Buffer.from([isPacked ? 1 : 0, 0, 0, 0]), isPacked ? deflateSync(text) : text);

const PNGS: [place: string, png: Buffer, orientation: number][] = [
  ['eXIf after the pixels', atEnd('eXIf', exif(6)), 6],
  ['raw EXIF text', withChunk(SAMPLES.png, 'tEXt', rawExif), 6],
  ['raw EXIF text after the pixels', atEnd('tEXt', rawExif), 6],
  [
    'packed raw EXIF',
    withChunk(SAMPLES.png, 'zTXt', packed('Raw profile type exif', raw('exif', exif(5)))),
    5,
  ],
  [
    'raw APP1',
    withChunk(SAMPLES.png, 'zTXt', packed('Raw profile type APP1', raw('generic profile', exif(8)))),
    8,
  ],
  ['raw XMP', withChunk(SAMPLES.png, 'zTXt', packed('Raw profile type xmp', raw('xmp', xmp(3)))), 3],
  ['XMP', withChunk(SAMPLES.png, 'iTXt', international(xmp(3), false)), 3],
  ['packed XMP', withChunk(SAMPLES.png, 'iTXt', international(element(7), true)), 7],
  ['EXIF before XMP', withChunk(atEnd('eXIf', exif(6)), 'iTXt', international(xmp(3), false)), 6],
  ['XMP where EXIF is silent', withChunk(atEnd('eXIf', exif()), 'iTXt', international(xmp(3), false)), 3],
  [
    'a broken packed text',
    withChunk(SAMPLES.png, 'zTXt', keyword('Raw profile type exif', Buffer.alloc(9))),
    1,
  ],
  ['an orientation that does not exist', atEnd('eXIf', exif(9)), 1],
];

test.each(PNGS)('a PNG turned by %s', (_, png, orientation) => {
  expect(probePicture(png)).toMatchObject({ orientation });
});

const app1 = (prefix: string, data: Buffer) =>
  withSegment(SAMPLES.jpeg, 0xe1, Buffer.concat([Buffer.from(prefix), data]));

test.each([
  ['EXIF', app1('Exif\0\0', exif(6)), 6],
  ['XMP', app1('http://ns.adobe.com/xap/1.0/\0', xmp(8)), 8],
])('a JPEG turned by %s', (_, jpeg, orientation) => {
  expect(probePicture(jpeg)).toMatchObject({ orientation });
});

test('a WebP and a TIFF turned by XMP', async () => {
  const turned = xmp(6).toString();
  expect(probePicture(await small().withXmp(turned).webp().toBuffer())).toMatchObject({ orientation: 6 });
  // sharp writes the tag of an upright picture, which goes before XMP.
  expect(probePicture(await small().withXmp(turned).tiff().toBuffer())).toMatchObject({ orientation: 1 });
});

test('a text of any size is no obstacle', () => {
  const long = keyword('Comment', Buffer.alloc(3_000_000, 'a'));
  expect(probePicture(withChunk(SAMPLES['turned png'], 'tEXt', long))).toMatchObject({ orientation: 6 });
});

test('a text that unpacks to hundreds of megabytes takes none of them', () => {
  const bomb = packed('Raw profile type exif', Buffer.alloc(300_000_000));
  const before = process.memoryUsage().rss;
  expect(probePicture(withChunk(SAMPLES.png, 'zTXt', bomb))).toMatchObject({ orientation: 1 });
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
});

test('a text of blanks takes no time', () => {
  const start = performance.now();
  const blank = keyword('Raw profile type exif', Buffer.alloc(5_000_000, ' '));
  expect(probePicture(withChunk(SAMPLES.png, 'tEXt', blank))).toMatchObject({ orientation: 1 });
  expect(performance.now() - start).toBeLessThan(500);
});
