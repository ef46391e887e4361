import { fittingProfile } from '../colour/icc.js';
import { PLAIN, type PictureColour, type Probe } from '../picture-facts.js';
import { ByteView, startsWith } from './byte-view.js';
import { byteOrderOf, orientationOf, xmpOrientation } from './exif.js';
import { type Directory, readDirectory } from './ifd.js';
import { rawFile } from '../unsupported-file.js';

const TAG = {
  subfileType: 254,
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  maker: 271,
  stripOffsets: 273,
  samples: 277,
  stripLengths: 279,
  tileOffsets: 324,
  tileLengths: 325,
  extraSamples: 338,
  sampleFormat: 339,
  xmp: 700,
  profile: 34675,
  dngVersion: 50706,
} as const;

/** By the photometric tag: white or black is zero, ink, and three ways to write Lab. */
const COLOURS: Readonly<Record<number, PictureColour>> = {
  0: 'grey',
  1: 'grey',
  5: 'cmyk',
  8: 'lab',
  9: 'lab',
  10: 'lab',
};

const PALETTE = 3;

/** Old and new JPEG, JPEG 2000 in three ways, WebP. */
const LOSSY = new Set([6, 7, 33003, 33005, 34712, 50001]);

const FLOAT = 3;

export const isTiff = (bytes: Uint8Array) => byteOrderOf(bytes) !== undefined;

/**
 * Reads the first directory and checks that the pixels it points to lie within the file. sharp's metadata() is no
 * substitute: it missed most of the points at which a TIFF of two pages was cut, and counts the steps of a pyramid as
 * pages.
 */
export function probeTiff(bytes: Uint8Array): Probe {
  const view = new ByteView(bytes, 'the TIFF', byteOrderOf(bytes));
  const page = readDirectory(view, view.u32(4));
  const isDng = page.has(TAG.dngVersion);
  if (isDng || isCameraRaw(bytes, page)) {
    throw rawFile(Buffer.from(page.bytes(TAG.maker) ?? []).toString('latin1'), isDng);
  }
  if (page.end > bytes.length) throw view.damaged('is cut short');
  const width = page.value(TAG.width) ?? 0;
  const height = page.value(TAG.height) ?? 0;
  if (width === 0 || height === 0) throw view.damaged('has no width or no height');
  const hasStrips = checkPixels(view, page, TAG.stripOffsets, TAG.stripLengths);
  const hasTiles = checkPixels(view, page, TAG.tileOffsets, TAG.tileLengths);
  if (!hasStrips && !hasTiles) throw view.damaged('has no picture data');
  return {
    ...PLAIN,
    format: 'tiff',
    contentType: 'image/tiff',
    width,
    height,
    orientation: orientationOf(page) ?? xmpOrientation(page.bytes(TAG.xmp) ?? new Uint8Array()) ?? 1,
    animated: hasAnotherPage(view, page),
    ...samplesOf(page),
    lossy: LOSSY.has(page.value(TAG.compression) ?? 1),
  };
}

/** The samples of one pixel. */
function samplesOf(page: Directory) {
  const photometric = page.value(TAG.photometric) ?? 2;
  const colour = COLOURS[photometric] ?? 'rgb';
  const colourSamples = photometric === PALETTE || colour === 'grey' ? 1 : colour === 'cmyk' ? 4 : 3;
  const samples = page.value(TAG.samples) ?? 1;
  const extra = firstOf(page.values(TAG.extraSamples), samples);
  return {
    colour,
    bits: photometric === PALETTE ? 8 : Math.max(8, ...firstOf(page.values(TAG.bits), samples)),
    float: page.value(TAG.sampleFormat) === FLOAT,
    // 1 and 2 are alpha, premultiplied or not; 0 is data of no known meaning. Without the tag a further sample is alpha.
    alpha: page.has(TAG.extraSamples)
      ? extra.some((meaning) => meaning === 1 || meaning === 2)
      : samples > colourSamples,
    profile: fittingProfile(page.bytes(TAG.profile), colour),
  };
}

/** No picture has more samples in a pixel; limits the memory that a false count can take. */
const MAX_SAMPLES = 64;

function firstOf(values: Iterable<number>, count: number): number[] {
  const taken: number[] = [];
  for (const value of values) {
    if (taken.length >= Math.min(count, MAX_SAMPLES)) break;
    taken.push(value);
  }
  return taken;
}

/** A directory marked as a reduced copy is a step of a pyramid or a thumbnail, not a page. */
const isReducedCopy = (page: Directory) => ((page.value(TAG.subfileType) ?? 0) & 1) === 1;

/** No pyramid has more steps; also ends circular chains. */
const MAX_STEPS = 32;

function hasAnotherPage(view: ByteView, first: Directory): boolean {
  let page = first;
  for (let step = 0; step < MAX_STEPS && page.next !== 0; step++) {
    page = readDirectory(view, page.next);
    if (!isReducedCopy(page)) return true;
  }
  return false;
}

/** Colours of a sensor: one per pixel, or before any conversion. */
const SENSOR = new Set([32803, 34892]);

/** Whether it is a camera's raw file: a TIFF whose first page is a thumbnail or a sensor's, or that says so. */
function isCameraRaw(bytes: Uint8Array, page: Directory): boolean {
  const isSensor = SENSOR.has(page.value(TAG.photometric) ?? 0);
  return isReducedCopy(page) || isSensor || startsWith(bytes, 'CR', 8) || startsWith(bytes, 'IIII', 8);
}

/** Far more strips or tiles than a TIFF has; limits the time that a false count can take. */
const MAX_PARTS = 1_000_000;

function checkPixels(view: ByteView, page: Directory, offsets: number, lengths: number): boolean {
  const sizes = page.values(lengths)[Symbol.iterator]();
  let found = 0;
  for (const offset of page.values(offsets)) {
    if (found >= MAX_PARTS) throw view.damaged('has too many parts');
    const size = sizes.next();
    if (offset + (size.done === true ? 1 : size.value) > view.length) throw view.damaged('is cut short');
    found++;
  }
  return found > 0;
}
