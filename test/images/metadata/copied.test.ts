import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { CuttableFormat } from '../../../src/images/metadata/cut.js';
import { keptMetadata, withMetadata } from '../../../src/images/metadata/kept.js';
import type { PictureFormat } from '../../../src/images/picture-facts.js';
import { probePicture } from '../../../src/images/probe.js';
import { browserPage, describeInBrowser } from '../../report/page/opened.js';
import {
  lacksExiftool,
  lacksPillow,
  readByExiftool,
  readByPillow,
  type Tags,
} from '../../support/other-readers.js';
import { tempDir } from '../../support/temp-dir.js';
import { small } from '../samples.js';

/* Inputs are written by exiftool and results read by it: it shares no code with us. */

const AUTHOR = 'Zoë Müller – 写真家';
const COPYRIGHT = '© 2024 Zoë Müller';
const DESCRIPTION = 'A cat 🐈 & <its> "shadow"';

/** With exiftool's words. Each of these is in a result only if it was asked for. */
const CREDITS = [
  `-IFD0:Artist=${AUTHOR}`,
  `-IFD0:Copyright=${COPYRIGHT}`,
  `-IFD0:ImageDescription=${DESCRIPTION}`,
  '-ExifIFD:DateTimeOriginal=2024:05:01 12:34:56',
  '-ExifIFD:OffsetTimeOriginal=+02:00',
];
const MORE = [
  '-IFD0:Make=Camera & Co',
  '-ExifIFD:UserComment=a note',
  ...['-GPS:GPSLatitude=52.5', '-GPS:GPSLatitudeRef=N', '-GPS:GPSLongitude=13.4', '-GPS:GPSLongitudeRef=E'],
  ...['-XMP-exif:GPSLatitude=52.5', '-XMP-dc:Subject=cats', '-XMP-photoshop:City=Berlin'],
];
const TURNED = [
  '-IFD0:Orientation#=6',
  '-XMP-tiff:Orientation#=6',
  '-ExifIFD:ExifImageWidth=4000',
  '-XMP-tiff:ImageWidth=4000',
];

async function written(picture: Buffer, name: string, ...flags: string[]): Promise<Buffer> {
  const file = path.join(await tempDir(), name);
  await writeFile(file, picture);
  execFileSync('exiftool', ['-q', '-q', '-overwrite_original', ...flags, file]);
  return readFile(file);
}

const INPUTS: [PictureFormat, () => Promise<Buffer>][] = [
  ['jpeg', () => small().jpeg().toBuffer()],
  ['png', () => small().png().toBuffer()],
  ['webp', () => small().webp().toBuffer()],
  ['tiff', () => small().tiff().toBuffer()],
  ['avif', () => small().avif({ effort: 0 }).toBuffer()],
];

/** As fal's might be: 30 x 20, one of each kind. */
const result = () => small().resize(30, 20);
const RESULTS: [name: string, CuttableFormat, Buffer][] = [
  ['jpeg', 'jpeg', await result().jpeg().toBuffer()],
  ['grey jpeg', 'jpeg', await result().toColourspace('b-w').jpeg().toBuffer()],
  ['png', 'png', await result().png().toBuffer()],
  ['palette png', 'png', await result().png({ palette: true }).toBuffer()],
  ['webp', 'webp', await result().webp().toBuffer()],
  ['lossless webp', 'webp', await result().webp({ lossless: true }).toBuffer()],
  ['transparent webp', 'webp', await result().ensureAlpha(0.5).webp().toBuffer()],
  ['transparent lossless webp', 'webp', await result().ensureAlpha(0.5).webp({ lossless: true }).toBuffer()],
];

const CREDIT_TAGS = {
  'IFD0:Artist': AUTHOR,
  'IFD0:Copyright': COPYRIGHT,
  'IFD0:ImageDescription': DESCRIPTION,
  'ExifIFD:DateTimeOriginal': '2024:05:01 12:34:56',
  'ExifIFD:OffsetTimeOriginal': '+02:00',
  'XMP-dc:Creator': AUTHOR,
  'XMP-dc:Rights': COPYRIGHT,
  'XMP-dc:Description': DESCRIPTION,
  'XMP-photoshop:DateCreated': '2024:05:01 12:34:56+02:00',
};

const ofBlocks = (tags: Tags) =>
  Object.fromEntries(
    Object.entries(tags).filter(([name]) => /^(IFD|ExifIFD|GPS|XMP|IPTC|InteropIFD|ExifTool)/.test(name)),
  );

test.skipIf(lacksExiftool).each(INPUTS)('from %s', async (format, make) => {
  const extension = format === 'jpeg' ? 'jpg' : format;
  const input = await written(await make(), `input.${extension}`, ...CREDITS, ...MORE, ...TURNED);
  const copied = async (extent: 'keep' | 'all') => {
    const metadata =
      (await keptMetadata(input, format, extent)) ?? expect.unreachable('there is something to keep');
    const results = RESULTS.map(([, to, bytes]) => withMetadata(bytes, to, metadata));
    expect(results.flatMap(({ warnings }) => warnings)).toEqual([]);
    return results.map(({ bytes }) => bytes);
  };
  const found = await readByExiftool([...(await copied('keep')), ...(await copied('all'))], '-n');
  const [keep, all] = [found.slice(0, RESULTS.length), found.slice(RESULTS.length)];

  // Author, copyright, description and date, and nothing else: above all, not the place.
  expect(keep.map(ofBlocks)).toEqual(RESULTS.map(() => CREDIT_TAGS));
  for (const tags of all) {
    expect(tags).toMatchObject({
      'IFD0:Artist': AUTHOR,
      'IFD0:Make': 'Camera & Co',
      'ExifIFD:UserComment': 'a note',
      'GPS:GPSLatitude': 52.5,
      'GPS:GPSLongitude': 13.4,
      'XMP-exif:GPSLatitude': 52.5,
      'XMP-dc:Subject': 'cats',
      'XMP-dc:Creator': AUTHOR,
      'XMP-photoshop:City': 'Berlin',
      // About the result.
      'XMP-tiff:Orientation': 1,
      'XMP-tiff:ImageWidth': 30,
      'ExifIFD:ExifImageWidth': 30,
    });
    // A TIFF's own orientation is one of its pixels.
    expect(tags['IFD0:Orientation']).toBe(format === 'tiff' ? undefined : 1);
    expect(tags).not.toHaveProperty('ExifTool:Warning');
  }
});

const METADATA = Buffer.from(
  JSON.stringify({
    version: 1,
    credits: {
      author: AUTHOR,
      copyright: COPYRIGHT,
      description: DESCRIPTION,
      taken: '2024-05-01T12:34:56+02:00',
    },
  }),
);

describe.each(RESULTS)('into %s', (_, format, bytes) => {
  const { bytes: changed } = withMetadata(bytes, format, METADATA);

  test('leaves the pixels as they are, and the file sound', async () => {
    const raw = async (picture: Uint8Array) =>
      await sharp(picture).raw().toBuffer({ resolveWithObject: true });
    expect(await raw(changed)).toEqual(await raw(bytes));
    expect(probePicture(changed)).toEqual(probePicture(bytes));
  });

  test('gives the same bytes each time, and again when it is done twice', () => {
    for (const before of [bytes, changed]) {
      expect(Buffer.from(withMetadata(before, format, METADATA).bytes).equals(changed)).toBe(true);
    }
  });
});

test.skipIf(lacksPillow)('Pillow reads the same pixels', async () => {
  const changed = RESULTS.map(([, format, bytes]) => withMetadata(bytes, format, METADATA).bytes);
  expect(await readByPillow(changed)).toEqual(await readByPillow(RESULTS.map(([, , bytes]) => bytes)));
});

describeInBrowser('in a browser', () => {
  test('the results are shown', async () => {
    const { page } = await browserPage();
    const sources = RESULTS.map(([, format, bytes]) => {
      const { bytes: changed } = withMetadata(bytes, format, METADATA);
      return `data:image/${format};base64,${Buffer.from(changed).toString('base64')}`;
    });
    await page.setContent(sources.map((source) => `<img src="${source}">`).join(''));
    const sizes = await page.evaluate<string[]>(
      '[...document.images].map((image) => `${image.naturalWidth} x ${image.naturalHeight}`)',
    );
    expect(sizes).toEqual(RESULTS.map(() => '30 x 20'));
  });
});
