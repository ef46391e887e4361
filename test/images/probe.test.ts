import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { DamagedPictureError, PictureError } from '../../src/images/picture-errors.js';
import { probePicture, type Probe } from '../../src/images/probe.js';
import { CHELSEA, claimingPng, ROCKET, type SampleName, SAMPLES, withChunk, withSegment } from './samples.js';

const errorOf = (bytes: Uint8Array): unknown => {
  try {
    return probePicture(bytes);
  } catch (error) {
    return error;
  }
};

const KINDS: [SampleName, Partial<Probe>][] = [
  ['png', { format: 'png', contentType: 'image/png' }],
  ['grey png', { format: 'png', colour: 'grey' }],
  ['palette png', { format: 'png' }],
  ['16-bit png', { format: 'png', bits: 16 }],
  ['alpha png', { format: 'png', alpha: true }],
  ['turned png', { format: 'png', orientation: 6 }],
  ['animated png', { format: 'png', animated: true }],
  ['png with bytes behind', { format: 'png' }],
  ['jpeg', { format: 'jpeg', contentType: 'image/jpeg', lossy: true }],
  ['progressive jpeg', { format: 'jpeg', lossy: true }],
  ['grey jpeg', { format: 'jpeg', colour: 'grey', lossy: true }],
  ['cmyk jpeg', { format: 'jpeg', colour: 'cmyk', lossy: true }],
  ['turned jpeg', { format: 'jpeg', orientation: 8, lossy: true }],
  ['jpeg with bytes behind', { format: 'jpeg', lossy: true }],
  ['webp', { format: 'webp', contentType: 'image/webp', lossy: true }],
  ['lossless webp', { format: 'webp' }],
  ['alpha webp', { format: 'webp', alpha: true, lossy: true }],
  ['lossless alpha webp', { format: 'webp', alpha: true }],
  ['turned webp', { format: 'webp', orientation: 3, lossy: true }],
  ['animated webp', { format: 'webp', animated: true, lossy: true }],
  ['gif', { format: 'gif', contentType: 'image/gif' }],
  ['alpha gif', { format: 'gif', alpha: true }],
  ['animated gif', { format: 'gif', animated: true }],
  ['avif', { format: 'avif', contentType: 'image/avif', lossy: true }],
  ['tiff', { format: 'tiff', contentType: 'image/tiff', lossy: true }],
  ['alpha tiff', { format: 'tiff', alpha: true }],
  ['16-bit tiff', { format: 'tiff', bits: 16 }],
  ['float tiff', { format: 'tiff', bits: 32, float: true }],
  ['lab tiff', { format: 'tiff', colour: 'lab', bits: 32, float: true }],
  ['packed tiff', { format: 'tiff' }],
  ['1-bit tiff', { format: 'tiff', colour: 'grey' }],
  ['cmyk tiff', { format: 'tiff', colour: 'cmyk', lossy: true }],
  ['turned tiff', { format: 'tiff', orientation: 6, lossy: true }],
  ['tiff of two pages', { format: 'tiff', animated: true, lossy: true }],
  ['pyramid tiff', { format: 'tiff', animated: false, lossy: true }],
  ['heic', { format: 'heic', contentType: 'image/heic', width: 4032, height: 3024, lossy: true }],
];

test.each(KINDS)('%s', (name, expected) => {
  const size = { width: 48, height: 32, orientation: 1, animated: false };
  const samples = { colour: 'rgb', bits: 8, float: false, alpha: false, lossy: false };
  expect(probePicture(SAMPLES[name])).toMatchObject({ ...size, ...samples, ...expected });
});

test('photos', () => {
  expect(probePicture(CHELSEA)).toMatchObject({ format: 'png', width: 451, height: 300 });
  expect(probePicture(ROCKET)).toMatchObject({ format: 'jpeg', width: 640, height: 427 });
});

describe('damage', () => {
  const flipped = Buffer.from(SAMPLES.png);
  flipped.writeUInt8(flipped.readUInt8(100) ^ 1, 100);
  const headless = SAMPLES.jpeg.subarray(SAMPLES.jpeg.indexOf(Buffer.from([0xff, 0xda])));
  test.each<[string, Uint8Array]>([
    ['a flipped bit in a PNG', flipped],
    ['a PNG of no width', claimingPng(0, 10)],
    ['a JPEG without a header', Buffer.concat([SAMPLES.jpeg.subarray(0, 2), headless])],
    ['a JPEG of two markers', Buffer.from([0xff, 0xd8, 0xff, 0xd9])],
    ['a GIF without a frame', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1')],
    ['a WebP without a picture', Buffer.from('RIFF\x04\0\0\0WEBP', 'latin1')],
    ['a TIFF whose directory is elsewhere', Buffer.from('II*\0\xff\xff\0\0', 'latin1')],
    ['an AVIF without its data', SAMPLES.avif.subarray(0, SAMPLES.avif.indexOf('mdat') - 4)],
    ['an AVIF cut short', SAMPLES.avif.subarray(0, -1)],
    ['a TIFF cut short', SAMPLES.tiff.subarray(0, -1)],
  ])('%s', (_, bytes) => {
    expect(errorOf(bytes)).toBeInstanceOf(DamagedPictureError);
  });

  it('does not take the end of a thumbnail for the end of the picture', () => {
    const thumbnail = Buffer.concat([Buffer.from('Exif\0\0'), SAMPLES.jpeg]);
    const photo = withSegment(SAMPLES.jpeg, 0xe1, thumbnail);
    expect(probePicture(photo)).toMatchObject({ width: 48 });
    expect(errorOf(photo.subarray(0, thumbnail.length + 100))).toBeInstanceOf(DamagedPictureError);
  });

  it('forgives a broken annotation', () => {
    const exif = Buffer.from('II*\0\xff\xff\xff\xff', 'latin1');
    expect(probePicture(withChunk(SAMPLES.png, 'eXIf', exif))).toMatchObject({ orientation: 1 });
  });
});

const WHOLE: SampleName[] = [
  ...(['png', 'turned png', 'animated png', 'jpeg', 'progressive jpeg', 'cmyk jpeg', 'turned jpeg'] as const),
  ...(['webp', 'lossless webp', 'alpha webp', 'animated webp', 'gif', 'animated gif'] as const),
];

/** Whether a part of a file is refused, or marked so that a strict decoder has a look at it. */
function isSuspect(bytes: Uint8Array): boolean {
  const outcome = errorOf(bytes);
  return outcome instanceof PictureError || (outcome as Probe).flaw !== undefined;
}

test.each(WHOLE)('every strict prefix of a %s is refused or suspect', (name) => {
  const sample = SAMPLES[name];
  const accepted = Array.from({ length: sample.length }, (_, length) => length).filter(
    (length) => !isSuspect(sample.subarray(0, length)),
  );
  expect(accepted).toEqual([]);
});

test.each([CHELSEA, ROCKET])('prefixes of photos are refused or suspect', (photo) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: photo.length - 1 }), (length) => {
      expect(isSuspect(photo.subarray(0, length))).toBe(true);
    }),
  );
});

describe('hostile bytes give a probe or a typed error', () => {
  const isExpected = (bytes: Uint8Array) => {
    const outcome = errorOf(bytes);
    if (outcome instanceof PictureError) return outcome.problem !== '';
    if (outcome instanceof Error) throw outcome;
    const { width, height, orientation } = outcome as Probe;
    return width > 0 && height > 0 && orientation >= 1 && orientation <= 8;
  };
  const sample = fc.constantFrom(...Object.values(SAMPLES));

  test('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), isExpected));
  });

  test('random bytes behind a true beginning', () => {
    const tail = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(sample, fc.nat(60), tail, (picture, kept, rest) =>
        isExpected(Buffer.concat([picture.subarray(0, kept), rest])),
      ),
      { numRuns: 500 },
    );
  });

  test('pictures with some bytes changed, and cut', () => {
    // The beginning has the structure: most changes go there.
    const change = fc.tuple(fc.oneof(fc.nat(200), fc.nat(4000)), fc.nat(255));
    fc.assert(
      fc.property(
        sample,
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.nat(4000),
        (picture, changes, cut) => {
          const bytes = Buffer.from(picture);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          return isExpected(bytes) && isExpected(bytes.subarray(0, cut));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** Files of nothing but tiny parts. */
test.each([
  ['PNG', SAMPLES.png.subarray(0, 33), '\0\0\0\0tEXt\0\0\0\0'],
  ['WebP', Buffer.from('RIFF\0\x87\x93\x03WEBP', 'latin1'), 'abcd\0\0\0\0'],
  ['JPEG', Buffer.from([0xff, 0xd8]), '\xff\xe5\0\x02'],
  ['JPEG of beginnings', Buffer.from([0xff, 0xd8]), '\xff\xd8'],
  ['JPEG of fill', Buffer.from([0xff, 0xd8]), '\xff'],
  ['GIF', SAMPLES.gif.subarray(0, 13), '!\xfe\0'],
])('a hostile %s takes little time and no memory', (_, beginning, part) => {
  const bytes = Buffer.concat([beginning, Buffer.alloc(60_000_000, Buffer.from(part, 'latin1'))]);
  const [rss, start] = [process.memoryUsage().rss, performance.now()];
  expect(errorOf(bytes)).toBeInstanceOf(DamagedPictureError);
  expect(performance.now() - start).toBeLessThan(5000);
  expect(process.memoryUsage().rss - rss).toBeLessThan(60_000_000);
});
