import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type CuttableFormat, withoutMetadata } from '../../../src/images/metadata/cut.js';
import { PictureError } from '../../../src/images/picture-errors.js';
import { probePicture } from '../../../src/images/probe.js';
import { lacksExiftool, lacksPillow, readByExiftool, readByPillow } from '../../support/other-readers.js';
import { pngChunk, SAMPLES, small, twoFrames, withChunk, withSegment } from '../samples.js';

/** Is in all that has to go, and in nothing that has to stay. */
const SECRET = 'Jane Doe, 12 Secret Street';
const secret = (prefix: string) => Buffer.from(`${prefix}${SECRET}`, 'latin1');

const CUTTABLE = Object.entries(SAMPLES)
  .filter(([name]) => /png|jpeg|webp/.test(name))
  .map(([name, bytes]): [string, Buffer, CuttableFormat] => [
    name,
    bytes,
    name.includes('png') ? 'png' : name.includes('jpeg') ? 'jpeg' : 'webp',
  ]);

const raw = (bytes: Uint8Array) => sharp(bytes, { autoOrient: false }).raw().toBuffer();

async function expectSamePixels(before: Uint8Array, after: Uint8Array): Promise<void> {
  expect((await raw(after)).equals(await raw(before))).toBe(true);
}

/** Cut, with everything that is asked of a cut file. */
async function cut(bytes: Buffer, format: CuttableFormat): Promise<Buffer> {
  const copy = Buffer.from(bytes);
  const result = Buffer.from(withoutMetadata(bytes, format));
  expect(bytes.equals(copy), 'the input is left alone').toBe(true);
  expect(result.includes(SECRET)).toBe(false);
  expect(withoutMetadata(result, format), 'nothing more to cut').toBe(result);
  await expectSamePixels(bytes, result);
  return result;
}

const ALL_OF_EXIF = {
  IFD0: { Artist: SECRET, Copyright: SECRET, Make: SECRET, ImageDescription: SECRET },
  IFD2: { UserComment: SECRET, BodySerialNumber: SECRET, DateTimeOriginal: '2024:05:01 12:00:00' },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '52/1 30/1 0/1',
    GPSLongitudeRef: 'E',
    GPSLongitude: '13/1 24/1 0/1',
  },
};
const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq><rdf:li>${SECRET}</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>`;

/** By sharp: EXIF with GPS, XMP, and a profile, which stays. */
const personal = () => small().withExif(ALL_OF_EXIF).withXmp(XMP).withIccProfile('p3');
const PERSONAL: [CuttableFormat, Buffer][] = [
  ['jpeg', await personal().jpeg().toBuffer()],
  ['png', await personal().png().toBuffer()],
  ['webp', await personal().webp().toBuffer()],
];

test.each(PERSONAL)('%s loses EXIF and XMP and keeps its profile', async (format, bytes) => {
  const result = await cut(bytes, format);
  const { exif, xmp, icc } = await sharp(result).metadata();
  expect(exif).toBeUndefined();
  expect(xmp).toBeUndefined();
  expect(icc?.equals((await sharp(bytes).metadata()).icc!)).toBe(true);
});

describe('JPEG', () => {
  const clean = SAMPLES.jpeg;

  test.each([
    ['EXIF', 0xe1, secret('Exif\0\0')],
    ['XMP', 0xe1, secret('http://ns.adobe.com/xap/1.0/\0')],
    ['extended XMP', 0xe1, secret('http://ns.adobe.com/xmp/extension/\0')],
    ['more pictures (MPF)', 0xe2, secret('MPF\0')],
    ['FlashPix', 0xe2, secret('FPXR\0')],
    ['C2PA', 0xeb, secret('JP\0\x01\0\0\0\x01')],
    ['IPTC', 0xed, secret('Photoshop 3.0\x008BIM')],
    ['a thumbnail in a JFXX segment', 0xe0, secret('JFXX\0\x10')],
    ["a camera maker's segment", 0xe4, secret('')],
    ["what follows a profile's name that is not one", 0xe2, secret('ICC_PROFILE ')],
    ["what is nearly Adobe's", 0xee, secret('Adobo')],
    ['a comment', 0xfe, secret('')],
    ['a reserved segment', 0xf4, secret('')],
  ])('loses %s', (_, marker, data) => {
    // libjpeg does not know all of them, so that these pixels cannot be compared.
    const dirty = withSegment(clean, marker, data);
    expect(Buffer.from(withoutMetadata(dirty, 'jpeg')).includes(SECRET)).toBe(false);
    expect(withoutMetadata(dirty, 'jpeg')).toEqual(clean);
  });

  test('keeps JFIF without its thumbnail', async () => {
    const thumbnail = Buffer.from('JFIF\0\x01\x02\x01\0\x48\0\x48\x05\x05', 'latin1');
    const jfif = withSegment(clean, 0xe0, Buffer.concat([thumbnail, Buffer.alloc(75, SECRET)]));
    const result = await cut(jfif, 'jpeg');
    expect(result.subarray(2, 20).toString('latin1')).toBe(
      '\xff\xe0\0\x10JFIF\0\x01\x02\x01\0\x48\0\x48\0\0',
    );
    expect((await sharp(result).metadata()).density).toBe(72);
  });

  test("keeps Adobe's segment, without which colours are read wrongly", async () => {
    const cmyk = SAMPLES['cmyk jpeg'];
    expect(cmyk.includes('Adobe')).toBe(true);
    expect(withoutMetadata(cmyk, 'jpeg')).toBe(cmyk);
    const at = cmyk.indexOf('Adobe');
    const longer = Buffer.concat([
      ...[cmyk.subarray(0, at - 2), Buffer.from([0, 14 + SECRET.length])],
      ...[cmyk.subarray(at, at + 12), secret(''), cmyk.subarray(at + 12)],
    ]);
    expect(await cut(longer, 'jpeg')).toEqual(cmyk);
  });

  test('loses what is between the scans of a progressive picture', async () => {
    const progressive = SAMPLES['progressive jpeg'];
    const scans = [...progressive.toString('latin1').matchAll(/\xff\xda/g)].map(({ index }) => index);
    expect(scans.length).toBeGreaterThan(3);
    const at = scans.at(-1)!;
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 2 + SECRET.length]), secret('')]);
    const dirty = Buffer.concat([progressive.subarray(0, at), comment, progressive.subarray(at)]);
    expect(await cut(dirty, 'jpeg')).toEqual(progressive);
  });

  test('loses what is between the pixels and the end marker', async () => {
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 2 + SECRET.length]), secret('')]);
    const dirty = Buffer.concat([clean.subarray(0, -2), comment, clean.subarray(-2)]);
    expect(await cut(dirty, 'jpeg')).toEqual(clean);
  });

  test.each([
    ['a film', secret('\0\0\0\x18ftypmp42')],
    ['a second picture', clean],
    ['text', secret('')],
  ])('loses %s behind its end', async (_, behind) => {
    expect(await cut(Buffer.concat([clean, behind]), 'jpeg')).toEqual(clean);
  });

  test('an end marker in a segment is not the end', async () => {
    const comment = Buffer.from([0xff, 0xd9, ...secret('')]);
    expect(await cut(withSegment(clean, 0xfe, comment), 'jpeg')).toEqual(clean);
  });

  test('is damaged without an end', () => {
    expect(() => withoutMetadata(clean.subarray(0, -2), 'jpeg')).toThrow('is damaged: the JPEG is cut short');
  });
});

describe('PNG', () => {
  const clean = SAMPLES.png;

  test.each([
    ...['tEXt', 'zTXt', 'iTXt', 'eXIf', 'tIME', 'caBX', 'iDOT', 'vpAg', 'sPLT', 'acTL', 'meTa', 'prVt'],
  ])('loses %s', async (type) => {
    const data = type === 'acTL' ? Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]) : secret('Author\0');
    expect(await cut(withChunk(clean, type, data), 'png')).toEqual(clean);
  });

  test('loses chunks behind the pixels and bytes behind the end', async () => {
    const end = clean.length - 12;
    const text = pngChunk('tEXt', secret('Comment\0'));
    const dirty = Buffer.concat([clean.subarray(0, end), text, clean.subarray(end), secret('')]);
    expect(await cut(dirty, 'png')).toEqual(clean);
  });

  test.each([
    ['gAMA', Buffer.from([0, 0, 0xb1, 0x8f])],
    ['cHRM', Buffer.alloc(32, 1)],
    ['sRGB', Buffer.from([0])],
    ['cICP', Buffer.from([12, 13, 0, 1])],
    ['mDCV', Buffer.alloc(24)],
    ['cLLI', Buffer.alloc(8)],
    ['sBIT', Buffer.from([8, 8, 8])],
    ['pHYs', Buffer.from([0, 0, 0x0b, 0x13, 0, 0, 0x0b, 0x13, 1])],
    ['bKGD', Buffer.alloc(6)],
  ])('keeps %s, which changes how its pixels look', (type, data) => {
    const bytes = withChunk(clean, type, data);
    expect(withoutMetadata(bytes, 'png')).toBe(bytes);
  });
});

describe('WebP', () => {
  const chunk = (type: string, data: Buffer, pad = data.length % 2) => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32LE(data.length, 4);
    return Buffer.concat([head, data, Buffer.alloc(pad)]);
  };
  const webp = (...chunks: Buffer[]) => {
    const body = Buffer.concat([Buffer.from('WEBP'), ...chunks]);
    const head = Buffer.from('RIFF\0\0\0\0', 'latin1');
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body]);
  };

  test.each(['EXIF', 'XMP ', 'META', 'C2PA'])('loses %s', async (type) => {
    const pixels = SAMPLES.webp.subarray(12);
    const dirty = webp(pixels, chunk(type, secret('')), chunk(type, secret('odd')));
    expect(await cut(dirty, 'webp')).toEqual(SAMPLES.webp);
  });

  test('clears only the bits of what is gone', async () => {
    const bytes = await small()
      .ensureAlpha(0.5)
      .withExif(ALL_OF_EXIF)
      .withXmp(XMP)
      .withIccProfile('p3')
      .webp()
      .toBuffer();
    expect(bytes[20]).toBe(0x3c);
    expect((await cut(bytes, 'webp'))[20]).toBe(0x30);
  });

  test('loses bytes behind the container, and pads its last chunk', async () => {
    const pixels = Buffer.from(SAMPLES['lossless webp'].subarray(12));
    expect(await cut(Buffer.concat([webp(pixels), secret('')]), 'webp')).toEqual(webp(pixels));

    // libwebp does not read a file without that byte; others do.
    const odd = SAMPLES['lossless webp'].subarray(20, -1);
    const data = odd.length % 2 === 1 ? odd : odd.subarray(0, -1);
    const unpadded = Buffer.concat([webp(chunk('VP8L', data, 0)), secret('')]);
    expect(withoutMetadata(unpadded, 'webp')).toEqual(webp(chunk('VP8L', data)));
  });

  test('keeps the frames of an animation', async () => {
    const bytes = await (await twoFrames()).withExif(ALL_OF_EXIF).webp().toBuffer();
    const result = await cut(bytes, 'webp');
    expect(probePicture(result).animated).toBe(true);
  });
});

test.each(CUTTABLE)(
  '%s: all pixels stay, and the picture is as sound as before',
  async (_, bytes, format) => {
    const result = await cut(bytes, format);
    const { width, height, colour } = probePicture(bytes);
    expect(probePicture(result)).toMatchObject({ format, width, height, colour, orientation: 1 });
  },
);

test.skipIf(lacksPillow)('Pillow sees the same pixels', async () => {
  const pictures = [...CUTTABLE.map(([, bytes, format]) => [format, bytes] as const), ...PERSONAL];
  // It turns pictures by their EXIF, which is gone afterwards.
  const upright = pictures.filter(([, bytes]) => probePicture(bytes).orientation === 1);
  const before = await readByPillow(upright.map(([, bytes]) => bytes));
  const after = await readByPillow(upright.map(([format, bytes]) => withoutMetadata(bytes, format)));
  expect(before.filter((picture) => picture instanceof Error)).toEqual([]);
  expect(after).toEqual(before);
});

test.skipIf(lacksExiftool)('exiftool finds nothing but the picture and its profile', async () => {
  const pictures = [...CUTTABLE.map(([, bytes, format]) => [format, bytes] as const), ...PERSONAL];
  const found = await readByExiftool(pictures.map(([format, bytes]) => withoutMetadata(bytes, format)));
  const groups = new Set(found.flatMap((tags) => Object.keys(tags)).map((name) => name.split(':')[0]));
  expect(
    [...groups].filter((group) => !/^(File|JFIF|Adobe|APP14|PNG(-pHYs)?|RIFF|Composite|ICC.*)$/.test(group!)),
  ).toEqual([]);
  const before = await readByExiftool(PERSONAL.map(([, bytes]) => bytes));
  for (const tags of before) expect(Object.values(tags)).toContain(SECRET);
});

describe('hostile bytes are cut or refused with a typed error', () => {
  const isCutOrRefused = (bytes: Uint8Array, format: CuttableFormat) => {
    try {
      const result = withoutMetadata(bytes, format);
      return result === bytes || withoutMetadata(result, format) === result;
    } catch (error) {
      if (error instanceof PictureError) return true;
      throw error;
    }
  };
  const sample = fc.constantFrom(...CUTTABLE);

  test('random bytes, behind a true beginning too', () => {
    fc.assert(
      fc.property(sample, fc.nat(60), fc.uint8Array({ maxLength: 300 }), ([, bytes, format], kept, rest) =>
        isCutOrRefused(Buffer.concat([bytes.subarray(0, kept), rest]), format),
      ),
      { numRuns: 500 },
    );
  });

  test('pictures with some bytes changed, and cut', () => {
    const change = fc.tuple(fc.oneof(fc.nat(200), fc.nat(4000)), fc.nat(255));
    const changes = fc.array(change, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sample, changes, fc.nat(4000), ([, picture, format], all, length) => {
        const bytes = Buffer.from(picture);
        for (const [at, value] of all) bytes[at % bytes.length] = value;
        return isCutOrRefused(bytes, format) && isCutOrRefused(bytes.subarray(0, length), format);
      }),
      { numRuns: 1000 },
    );
  });
});
