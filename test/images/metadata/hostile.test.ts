import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cuttableBlocks } from '../../../src/images/metadata/blocks.js';
import type { CuttableFormat } from '../../../src/images/metadata/cut.js';
import { type ExifField, readExif, textField, writeExif } from '../../../src/images/metadata/exif-fields.js';
import { describing, withoutThumbnails } from '../../../src/images/metadata/exif-patch.js';
import { withBlocks } from '../../../src/images/metadata/insert.js';
import { iptcOf, resourcesOf } from '../../../src/images/metadata/iptc.js';
import { keptMetadata, withMetadata } from '../../../src/images/metadata/kept.js';
import { readXmp } from '../../../src/images/metadata/xmp.js';
import { PictureError } from '../../../src/images/picture-errors.js';
import type { PictureFormat } from '../../../src/images/picture-facts.js';
import { SAMPLES, small } from '../samples.js';

const XMP = Buffer.from(
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:a="1"><dc:creator><rdf:Seq><rdf:li>Jane</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>',
);
const EXIF = writeExif([
  textField('image', 0x13b, 'Jane Doe'),
  textField('exif', 0x9003, '2024:05:01 12:34:56'),
  textField('gps', 0x1d, '2024:05:01'),
  textField('interop', 1, 'R98'),
]);
const IPTC = Buffer.from('\x1c\x02\x50\0\x04Jane', 'latin1');

const RESULTS: [CuttableFormat, Buffer][] = [
  ['jpeg', SAMPLES.jpeg],
  ['png', SAMPLES.png],
  ['webp', SAMPLES.webp],
  ['webp', SAMPLES['alpha webp']],
];
const INPUTS: [PictureFormat, Buffer][] = [
  ...RESULTS.map(([format, bytes]): [PictureFormat, Buffer] => [
    format,
    Buffer.from(withBlocks(bytes, format, { exif: EXIF, xmp: XMP, iptc: IPTC })),
  ]),
  [
    'tiff',
    await small()
      .withExif({ IFD0: { Artist: 'Jane' } })
      .tiff()
      .toBuffer(),
  ],
];

const change = fc.tuple(fc.oneof(fc.nat(200), fc.nat(2000)), fc.nat(255));
const changes = fc.array(change, { minLength: 1, maxLength: 6 });
const changed = (bytes: Buffer, all: [number, number][]) => {
  const copy = Buffer.from(bytes);
  for (const [at, value] of all) copy[at % copy.length] = value;
  return copy;
};

describe('broken files', () => {
  test('of an input are read as far as they can be', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...INPUTS),
        changes,
        fc.nat(3000),
        async ([format, bytes], all, length) => {
          for (const broken of [changed(bytes, all), bytes.subarray(0, length)]) {
            const kept = await keptMetadata(broken, format, 'all');
            if (kept === undefined) continue;
            for (const [to, result] of RESULTS) withMetadata(result, to, kept);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('of a result are refused with a typed error, or stay what they are', async () => {
    const kept =
      (await keptMetadata(SAMPLES.jpeg, 'jpeg', 'keep')) ??
      Buffer.from('{"version":1,"credits":{"author":"Jane"}}');
    fc.assert(
      fc.property(fc.constantFrom(...RESULTS), changes, ([format, bytes], all) => {
        try {
          const result = changed(bytes, all);
          const { exif, xmp } = cuttableBlocks(withMetadata(result, format, kept).bytes, format);
          return exif !== undefined && xmp !== undefined;
        } catch (error) {
          if (error instanceof PictureError) return true;
          throw error;
        }
      }),
      { numRuns: 500 },
    );
  });

  test('blocks of any bytes', () => {
    const shape = { width: 1, height: 1, orientation: 1, hasProfile: false };
    fc.assert(
      fc.property(
        fc.constantFrom('II*\0\x08\0\0\0', 'MM\0*\0\0\0\x08'),
        fc.uint8Array({ maxLength: 200 }),
        (head, tail) => {
          const block = Buffer.concat([Buffer.from(head, 'latin1'), tail]);
          readExif(describing(withoutThumbnails(block), shape));
          iptcOf(Buffer.concat([Buffer.from('8BIM\x04\x04'), tail]));
          readXmp(tail);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

test('EXIF is read as it was written', () => {
  const directory = fc.constantFrom('image' as const, 'exif' as const, 'gps' as const, 'interop' as const);
  const field = fc.record({
    directory,
    tag: fc.integer({ min: 1, max: 0x8000 }),
    type: fc.constantFrom(1, 2, 7),
    data: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  });
  const key = ({ directory: name, tag }: ExifField) => `${name} ${tag}`;
  const sorted = (fields: ExifField[]) => fields.sort((one, other) => (key(one) < key(other) ? -1 : 1));
  fc.assert(
    fc.property(fc.uniqueArray(field, { selector: key, maxLength: 20 }), (fields) => {
      expect(sorted(readExif(writeExif(fields)))).toEqual(sorted(fields));
    }),
  );
});

test.each([
  ['unclosed comments', '<!--'.repeat(250_000)],
  ['unclosed instructions', '<?'.repeat(500_000)],
  ['unclosed tags', '<a '.repeat(300_000)],
  ['attributes without a value', `<a ${'b '.repeat(500_000)}>`],
  ['a name without an end', `<${'a'.repeat(1_000_000)}`],
  ['spaces', `${XMP.toString()}${' '.repeat(1_000_000)}<`],
  ['nested elements', '<a>'.repeat(300_000)],
  ['empty descriptions', '<rdf:Description'.repeat(60_000)],
])('XMP of a megabyte of %s takes no time', (_, text) => {
  const began = performance.now();
  expect(readXmp(Buffer.from(text))).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(1000);
});

describe('a block of a camera', () => {
  const NOTE = 'MAKER\0\0\x01';
  const THUMBNAIL = 'the uncropped picture';

  /** Big-endian: turned, with maker notes and a thumbnail at its end. */
  const block = () => {
    const entry = (tag: number, type: number, count: number, value: number, isShort = false) => {
      const bytes = Buffer.alloc(12);
      bytes.writeUInt16BE(tag, 0);
      bytes.writeUInt16BE(type, 2);
      bytes.writeUInt32BE(count, 4);
      if (isShort) bytes.writeUInt16BE(value, 8);
      else bytes.writeUInt32BE(value, 8);
      return bytes;
    };
    const directory = (next: number, ...entries: Buffer[]) =>
      Buffer.concat([Buffer.from([0, entries.length]), ...entries, Buffer.from([0, 0, 0, next])]);
    return Buffer.concat([
      Buffer.from('MM\0*\0\0\0\x08', 'latin1'),
      directory(88, entry(0x112, 3, 1, 6, true), entry(0x8769, 4, 1, 38)),
      directory(0, entry(0x927c, 7, 8, 80), entry(0xa001, 3, 1, 0xffff, true), entry(0xa002, 4, 1, 4000)),
      Buffer.from(NOTE, 'latin1'),
      directory(0, entry(0x201, 4, 1, 118), entry(0x202, 4, 1, THUMBNAIL.length)),
      Buffer.from(THUMBNAIL),
    ]);
  };

  test('keeps its maker notes where they are, and loses its thumbnail', async () => {
    const input = withBlocks(SAMPLES.jpeg, 'jpeg', { exif: block() });
    const kept = (await keptMetadata(input, 'jpeg', 'all')) ?? expect.unreachable();
    expect(Buffer.from(kept).includes(Buffer.from(THUMBNAIL).toString('base64').slice(4, 20))).toBe(false);
    const { bytes } = withMetadata(SAMPLES.jpeg, 'jpeg', kept);
    const exif = Buffer.from(cuttableBlocks(bytes, 'jpeg').exif ?? []);
    expect(exif.length).toBe(118);
    expect(exif.subarray(80, 88).toString('latin1')).toBe(NOTE);
    expect(exif.subarray(88)).toEqual(Buffer.alloc(30));
    const numbers = readExif(exif).map(({ tag, data }) => [
      tag,
      Buffer.from(data).readUIntLE(0, Math.min(4, data.length)),
    ]);
    expect(numbers).toEqual(
      expect.arrayContaining([
        [0x112, 1],
        [0xa001, 1],
        [0xa002, 48],
      ]),
    );
  });

  test('whose thumbnail is not its end keeps its length', () => {
    const longer = Buffer.concat([block(), Buffer.from('more of the maker notes')]);
    const clean = Buffer.from(withoutThumbnails(longer));
    expect(clean.length).toBe(longer.length);
    expect(clean.includes(THUMBNAIL)).toBe(false);
    expect(clean.includes('more of the maker notes')).toBe(true);
  });

  test('is rebuilt where the result has fields that it lacks', async () => {
    const input = withBlocks(SAMPLES.jpeg, 'jpeg', { exif: block() });
    const result = withBlocks(SAMPLES.jpeg, 'jpeg', { exif: writeExif([textField('image', 0x131, 'fal')]) });
    const kept = (await keptMetadata(input, 'jpeg', 'all')) ?? expect.unreachable();
    const exif = readExif(
      cuttableBlocks(withMetadata(result, 'jpeg', kept).bytes, 'jpeg').exif ?? Buffer.alloc(0),
    );
    expect(exif.map(({ tag }) => tag)).toEqual([0x112, 0x131, 0x927c, 0xa001, 0xa002]);
  });
});

test('IPTC is found among other resources', () => {
  const thumbnail = Buffer.from('8BIM\x04\x0c\x03abc\0\0\0\x03xyz\0', 'latin1');
  expect(Buffer.from(iptcOf(Buffer.concat([thumbnail, resourcesOf(IPTC)])) ?? []).equals(IPTC)).toBe(true);
  expect(iptcOf(thumbnail)).toBeUndefined();
});
