/* Pictures that are stored turned or mirrored, by each place that says so. */
import { base, storedFor, type Colours } from './making/colours.js';
import { codedOf, isoMedia } from './making/iso-media.js';
import { exif, jpegExif, jpegXmp, pngXmp, rawProfile, webpWith, xmp } from './making/metadata.js';
import { png } from './making/png.js';
import { tiff } from './making/tiff.js';
import { av1, fixture, jpeg, LOSSY, rowOf, webp, type Sample } from './sample.js';

const ALL = [1, 2, 3, 4, 5, 6, 7, 8];

export async function orientations(): Promise<Sample[]> {
  const groups = await Promise.all(ALL.map((orientation) => turned(orientation)));
  return groups.flat();
}

/** A picture stored for an orientation, in all formats and places. */
async function turned(orientation: number): Promise<Sample[]> {
  const truth = base();
  const stored = storedFor(orientation, truth);
  const { width, height } = stored;
  const fate = orientation === 1 ? 'sent' : 'converted';
  const inExif = rowOf('turned by EXIF', { fate });
  const elsewhere = rowOf('turned by XMP or a raw profile', { fate, inBrowser: false });
  const inContainer = rowOf('turned by the container (AVIF, HEIC)', { goal: LOSSY });

  const [jpg, lossy, lossless] = await Promise.all([
    jpeg(stored),
    webp(stored),
    webp(stored, { lossless: true }),
  ]);
  const block = exif(orientation);
  const packet = xmp(orientation);
  const shape = { width, height };
  // Chromium looks for EXIF in WebP files and behind the pixels of PNG files in vain.
  const unseen = { inBrowser: false };
  const heic = { colours: [1, 13, 6] as const, orientation, ...sizeOf(codedBase(orientation).shown) };
  const n = String(orientation);
  return [
    inExif(`exif-${n}.jpg`, jpegExif(jpg, block), truth, { goal: LOSSY }),
    inExif(`exif-${n}.png`, png(stored, { before: [['eXIf', block]] }), truth),
    inExif(`exif-after-pixels-${n}.png`, png(stored, { after: [['eXIf', block]] }), truth, unseen),
    inExif(`exif-${n}.webp`, webpWith(lossless, { ...shape, exif: block }), truth, unseen),
    inExif(`exif-lossy-${n}.webp`, webpWith(lossy, { ...shape, exif: block }), truth, {
      ...unseen,
      goal: LOSSY,
    }),
    rowOf('turned by a TIFF tag')(`tag-${n}.tif`, tiff(stored, { orientation }), truth),
    elsewhere(`xmp-${n}.jpg`, jpegXmp(jpg, packet), truth, { goal: LOSSY }),
    elsewhere(`xmp-${n}.png`, png(stored, { before: [pngXmp(packet)] }), truth),
    elsewhere(
      `raw-exif-${n}.png`,
      png(stored, { before: [rawProfile('exif', Buffer.concat([Buffer.from('Exif\0\0'), block]))] }),
      truth,
    ),
    elsewhere(`raw-xmp-${n}.png`, png(stored, { after: [rawProfile('xmp', packet)] }), truth),
    elsewhere(`xmp-${n}.webp`, webpWith(lossless, { ...shape, xmp: packet }), truth),
    inContainer(
      `irot-${n}.avif`,
      isoMedia(await av1(stored), { ...shape, colours: [1, 13, 6], orientation }),
      truth,
    ),
    inContainer(
      `exif-ignored-${n}.avif`,
      isoMedia(await av1(truth), { ...sizeOf(truth), colours: [1, 13, 6], exif: block }),
      truth,
    ),
    inContainer(`irot-${n}.heic`, isoMedia(codedOf(HEIC), heic), codedBase(orientation).truth),
    inContainer(
      `exif-ignored-${n}.heic`,
      isoMedia(codedOf(HEIC), { ...sizeOf(HEIC_BASE), colours: [1, 13, 6], exif: block }),
      HEIC_BASE,
    ),
  ];
}

/** Coded by heif-enc; there is no encoder for it in the tests. */
const HEIC = fixture('base-srgb.heic');
const HEIC_BASE = base(96, 64);

/** The one coded HEIC picture, and what it looks like in a container of this orientation. */
function codedBase(orientation: number): { shown: Colours; truth: Colours } {
  // The inverse of a quarter turn is the other quarter turn; all others are their own inverse.
  const inverse = { 6: 8, 8: 6 }[orientation] ?? orientation;
  return { shown: HEIC_BASE, truth: storedFor(inverse, HEIC_BASE) };
}

const sizeOf = ({ width, height }: Colours) => ({ width, height });
