import { describe, expect, test } from 'vitest';
import { cuttableBlocks, metadataBlocks } from '../../../src/images/metadata/blocks.js';
import { type Credits, creditsOf } from '../../../src/images/metadata/credits.js';
import type { CuttableFormat } from '../../../src/images/metadata/cut.js';
import { readExif, textField, writeExif } from '../../../src/images/metadata/exif-fields.js';
import { withBlocks } from '../../../src/images/metadata/insert.js';
import { resourcesOf } from '../../../src/images/metadata/iptc.js';
import { keptMetadata, withMetadata } from '../../../src/images/metadata/kept.js';
import { readXmp, xmpTexts } from '../../../src/images/metadata/xmp.js';
import type { PictureFormat } from '../../../src/images/picture-facts.js';
import { SAMPLES, withChunk, withSegment } from '../samples.js';

const RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"';
const DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"';
const packet = (attributes: string, content = '') =>
  Buffer.from(
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF ${RDF}><rdf:Description rdf:about="" ${DC} ${attributes}>${content}</rdf:Description></rdf:RDF></x:xmpmeta>`,
  );
const by = (author: string) => `<dc:creator><rdf:Seq><rdf:li>${author}</rdf:li></rdf:Seq></dc:creator>`;

const dataset = (number: number, value: string | Buffer) => {
  const data = Buffer.from(value);
  return Buffer.concat([Buffer.from([0x1c, 2, number, data.length >> 8, data.length & 0xff]), data]);
};

const { jpeg, png, webp } = SAMPLES;

const allOf = async (input: Uint8Array, format: PictureFormat, result: Buffer, to: CuttableFormat) =>
  withMetadata(result, to, (await keptMetadata(input, format, 'all')) ?? expect.unreachable());

const xmpOf = (bytes: Uint8Array, format: CuttableFormat) => {
  const xmp = readXmp(cuttableBlocks(bytes, format).xmp ?? expect.unreachable('there is XMP'));
  return Object.fromEntries(
    (xmp?.properties ?? []).map((property) => [property.id.replace(/.* /, ''), xmpTexts(property)]),
  );
};

const exifOf = (bytes: Uint8Array, format: CuttableFormat) =>
  readExif(cuttableBlocks(bytes, format).exif ?? expect.unreachable('there is EXIF')).map(
    ({ tag, data }) => `${tag.toString(16)}: ${Buffer.from(data).toString().replace(/\0$/, '')}`,
  );

describe('credits', () => {
  const exif = writeExif([
    textField('image', 0x13b, 'Jane'),
    textField('image', 0x8298, 'Jane\0The editor'),
    textField('exif', 0x9003, '2024:05:01 12:34:56'),
  ]);
  const xmp = packet(
    'xmlns:p="http://ns.adobe.com/photoshop/1.0/" p:DateCreated="2023-01-02T03:04Z"',
    `<dc:creator><rdf:Seq><rdf:li>Joe</rdf:li><rdf:li>Ann &amp; Bob &#x1f408;</rdf:li></rdf:Seq></dc:creator>
     <dc:description><rdf:Alt><rdf:li xml:lang="de">Katze</rdf:li><rdf:li xml:lang="x-default">Cat</rdf:li></rdf:Alt></dc:description>`,
  );
  const latin = Buffer.from('M\xfcller', 'latin1');
  const iptc = Buffer.concat([
    ...[dataset(80, latin), dataset(80, 'Ann'), dataset(116, '© IPTC'), dataset(120, 'A cat')],
    ...[dataset(55, '20240501'), dataset(60, '123456+0230')],
  ]);
  const texts = new Map([
    ['Author', latin],
    ['Creation Time', Buffer.from('2024:05:01 12:34:56')],
  ]);

  test.each<[string, Parameters<typeof creditsOf>[0], Credits]>([
    ['nothing', {}, {}],
    ['EXIF', { exif }, { author: 'Jane', copyright: 'Jane; The editor', taken: '2024-05-01T12:34:56' }],
    ['XMP', { xmp }, { author: 'Joe; Ann & Bob 🐈', description: 'Cat', taken: '2023-01-02T03:04:00+00:00' }],
    [
      'IPTC',
      { iptc },
      {
        author: 'Müller; Ann',
        copyright: '© IPTC',
        description: 'A cat',
        taken: '2024-05-01T12:34:56+02:30',
      },
    ],
    ['texts of a PNG', { texts }, { author: 'Müller', taken: '2024-05-01T12:34:56' }],
    [
      'the first that says it',
      { exif, xmp, iptc, texts },
      { author: 'Jane', copyright: 'Jane; The editor', description: 'Cat', taken: '2024-05-01T12:34:56' },
    ],
    ['a year', { xmp: packet('', '<dc:x/>') }, {}],
    [
      'broken blocks',
      { exif: Buffer.from('II*\0\xff'), xmp: Buffer.from('<x'), iptc: Buffer.from('\x1c\x02') },
      {},
    ],
  ])('from %s', (_, blocks, credits) => {
    const nothing = { author: undefined, copyright: undefined, description: undefined, taken: undefined };
    expect(creditsOf(blocks)).toEqual({ ...nothing, ...credits });
  });

  test.each([
    ['0000:00:00 00:00:00', undefined],
    ['    :  :     :  :  ', undefined],
    ['2024:13:01 12:00:00', undefined],
    ['2024:05:01 25:00:00', undefined],
    ['2024:05:01 12:34:56', '2024-05-01T12:34:56'],
  ])('the date %j', (date, taken) => {
    expect(creditsOf({ exif: writeExif([textField('exif', 0x9003, date)]) }).taken).toBe(taken);
  });

  test('are text of a bounded length without control characters', () => {
    const { author, description } = creditsOf({
      exif: writeExif([
        textField('image', 0x13b, `\x1b[31mJane\r\n${'x'.repeat(5000)}`),
        textField('image', 0x10e, `\x07one\r\ntwo${'🐈'.repeat(50_000)}`),
      ]),
    });
    expect(author).toMatch(/^\[31mJane x{991}$/);
    expect(description).toMatch(/^one\ntwo(🐈)+$/u);
    expect(description?.length).toBeLessThanOrEqual(10_000);
  });

  test('of characters that mean nothing are none', () => {
    expect(
      creditsOf({ exif: writeExif([textField('image', 0x13b, ' \t')]), xmp: packet('', by('Joe')) }).author,
    ).toBe('Joe');
  });
});

test('an input without anything to keep', async () => {
  for (const extent of ['keep', 'all'] as const) {
    expect(await keptMetadata(jpeg, 'jpeg', extent)).toBeUndefined();
    expect(await keptMetadata(SAMPLES.gif, 'gif', extent)).toBeUndefined();
  }
  const camera = withBlocks(jpeg, 'jpeg', { exif: writeExif([textField('image', 0x10f, 'Camera')]) });
  expect(await keptMetadata(camera, 'jpeg', 'keep')).toBeUndefined();
  expect(await keptMetadata(camera, 'jpeg', 'all')).toBeDefined();
});

test('texts of a PNG, and profiles as ImageMagick writes them, are read', async () => {
  const exif = writeExif([textField('image', 0x13b, 'Jane')]);
  const digits = Buffer.from(`\nexif\n      ${exif.length}\n${Buffer.from(exif).toString('hex')}\n`);
  const profile = Buffer.concat([Buffer.from('Raw profile type exif\0'), digits]);
  const blocks = await metadataBlocks(
    withChunk(withChunk(png, 'tEXt', profile), 'tEXt', Buffer.from('Author\0Joe')),
    'png',
  );
  expect(Buffer.from(exif).equals(blocks.exif ?? Buffer.alloc(0))).toBe(true);
  expect(creditsOf({ texts: blocks.texts ?? new Map() }).author).toBe('Joe');
});

describe('what a result has of its own', () => {
  const ownExif = writeExif([textField('image', 0x131, 'fal'), textField('image', 0x13b, 'A model')]);
  const ownXmp = packet('xmlns:e="http://e/" e:Source="AI"', `${by('A model')}<e:More>yes</e:More>`);
  const inputExif = writeExif([textField('image', 0x13b, 'Jane'), textField('image', 0x10f, 'Camera')]);
  const input = withBlocks(png, 'png', {
    exif: inputExif,
    xmp: packet('xmlns:f="http://f/" f:Own="1"', by('Jane')),
  });

  test.each<[CuttableFormat, Buffer]>([
    ['jpeg', jpeg],
    ['png', png],
    ['webp', webp],
  ])('stays in %s, where the input says nothing else', async (format, picture) => {
    const result = withBlocks(picture, format, { exif: ownExif, xmp: ownXmp });
    const keep = (await keptMetadata(input, 'png', 'keep')) ?? expect.unreachable();
    const changed = withMetadata(result, format, keep).bytes;
    expect(exifOf(changed, format)).toEqual(['131: fal', '13b: Jane']);
    expect(xmpOf(changed, format)).toEqual({ Source: ['AI'], More: ['yes'], creator: ['Jane'] });

    const all = (await allOf(input, 'png', Buffer.from(result), format)).bytes;
    expect(exifOf(all, format)).toEqual(['10f: Camera', '131: fal', '13b: Jane']);
    expect(xmpOf(all, format)).toEqual({ Own: ['1'], Source: ['AI'], More: ['yes'], creator: ['Jane'] });
    for (const bytes of [changed, all]) {
      const text = Buffer.from(bytes).toString('latin1');
      expect(text.match(/II\*\0/g)).toHaveLength(1);
      expect(text.match(/<x:xmpmeta/g)).toHaveLength(1);
      expect(text).not.toContain('A model');
    }
  });

  test('is replaced where it is broken', () => {
    const broken = withBlocks(jpeg, 'jpeg', { xmp: Buffer.from('<x:xmpmeta'), exif: Buffer.from('II*\0') });
    const kept = Buffer.from(JSON.stringify({ version: 1, credits: { author: 'Jane' } }));
    const { bytes } = withMetadata(broken, 'jpeg', kept);
    expect(xmpOf(bytes, 'jpeg')).toEqual({ creator: ['Jane'] });
    expect(exifOf(bytes, 'jpeg')).toEqual(['13b: Jane']);
  });
});

describe('what cannot be copied is said', () => {
  const big = 'x'.repeat(70_000);
  const words = async (input: Uint8Array, result: Buffer, to: CuttableFormat, from: CuttableFormat = 'png') =>
    (await allOf(input, from, result, to)).warnings;

  test('EXIF and XMP that are too large for a JPEG', async () => {
    const exif = writeExif([
      textField('image', 0x13b, 'Jane'),
      { directory: 'exif', tag: 0x927c, type: 7, data: Buffer.alloc(70_000) },
      textField('gps', 0x1d, '2024:05:01'),
    ]);
    const input = withBlocks(png, 'png', { exif, xmp: packet('', `${by('Jane')}<dc:x>${big}</dc:x>`) });
    const { bytes, warnings } = await allOf(input, 'png', jpeg, 'jpeg');
    expect(warnings).toEqual([
      "The camera maker's part of the EXIF of the input was not copied: too large for this format.",
      'Of the XMP of the input, only author, copyright, description and date were copied: too large for this format.',
    ]);
    expect(exifOf(bytes, 'jpeg')).toEqual(['13b: Jane', '1d: 2024:05:01']);
    expect(xmpOf(bytes, 'jpeg')).toEqual({ creator: ['Jane'] });
    expect(await words(input, png, 'png')).toEqual([]);

    const text = withBlocks(png, 'png', {
      exif: writeExif([textField('image', 0x131, big)]),
      xmp: packet('', `<dc:x>${big}</dc:x>`),
    });
    const nothing = await allOf(text, 'png', jpeg, 'jpeg');
    expect(nothing.warnings).toEqual([
      'The EXIF of the input was not copied: too large for this format.',
      'The XMP of the input was not copied: too large for this format.',
    ]);
    expect(nothing.bytes).toBe(jpeg);
  });

  test('damaged EXIF and XMP', async () => {
    const input = withBlocks(jpeg, 'jpeg', { exif: Buffer.from('II*\0'), xmp: Buffer.from('<x:xmpmeta') });
    expect(await words(input, jpeg, 'jpeg', 'jpeg')).toEqual([
      'The EXIF of the input was not copied: it is damaged.',
      'The XMP of the input was not copied: it is damaged.',
    ]);
  });

  test('IPTC, which only JPEG holds; its text is in the XMP', async () => {
    const input = withBlocks(jpeg, 'jpeg', { iptc: dataset(80, 'Jane') });
    const { bytes, warnings } = await allOf(input, 'jpeg', jpeg, 'jpeg');
    expect(warnings).toEqual([]);
    expect(Buffer.from(bytes).includes(Buffer.from(resourcesOf(dataset(80, 'Jane'))))).toBe(true);
    const other = await allOf(input, 'jpeg', png, 'png');
    expect(other.warnings).toEqual(['The IPTC of the input was not copied: only a JPEG can hold it.']);
    expect(xmpOf(other.bytes, 'png')).toEqual({ creator: ['Jane'] });
  });

  test('extended XMP', async () => {
    const more = withSegment(jpeg, 0xe1, Buffer.from('http://ns.adobe.com/xmp/extension/\0abc'));
    const input = withBlocks(more, 'jpeg', {
      xmp: packet('xmlns:n="http://ns.adobe.com/xmp/note/" n:HasExtendedXMP="abc"', by('Jane')),
    });
    const { bytes, warnings } = await allOf(input, 'jpeg', jpeg, 'jpeg');
    expect(warnings).toEqual(['The extended XMP of the input was not copied.']);
    expect(xmpOf(bytes, 'jpeg')).toEqual({ creator: ['Jane'] });
  });

  test.each<[CuttableFormat, Buffer]>([
    ['jpeg', withSegment(jpeg, 0xeb, Buffer.from('JP\0\x01\0\0\0\x01\0\0\0\x20jumb\0\0\0\x18jumdc2pa'))],
    ['png', withChunk(png, 'caBX', Buffer.from('jumb'))],
  ])('that Content Credentials in %s no longer hold', async (format, result) => {
    const input = withBlocks(jpeg, 'jpeg', { xmp: packet('', by('Jane')) });
    const { bytes, warnings } = await allOf(input, 'jpeg', result, format);
    expect(warnings).toEqual(["Adding metadata has broken the result's Content Credentials (C2PA)."]);
    expect(Buffer.from(bytes).includes('jumb')).toBe(true);
  });
});

test('what describes other pictures of the input is not copied', async () => {
  const attributes = [
    ...['xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"'],
    ...['xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" GCamera:MotionPhoto="1"'],
    ...['xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"'],
  ];
  const thumbnails =
    '<xmp:Thumbnails><rdf:Alt><rdf:li rdf:parseType="Resource"><xmp:image>AAAA</xmp:image></rdf:li></rdf:Alt></xmp:Thumbnails>';
  const input = withBlocks(jpeg, 'jpeg', { xmp: packet(attributes.join(' '), thumbnails) });
  expect(xmpOf((await allOf(input, 'jpeg', jpeg, 'jpeg')).bytes, 'jpeg')).toEqual({ Rating: ['5'] });
});
