import { fittingProfile } from '../colour/icc.js';
import { PLAIN, type PictureColour, type Probe } from '../picture-facts.js';
import { ByteView, startsWith } from './byte-view.js';
import { exifOrientation, xmpOrientation } from './exif.js';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const APP2 = 0xe2;

const XMP = 'http://ns.adobe.com/xap/1.0/\0';
const ICC = 'ICC_PROFILE\0';

/** Frame headers; C4, C8 and CC in the same range are not. */
const isFrameHeader = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Restart markers occur within the coded data. */
const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7;

const COLOURS: Readonly<Record<number, PictureColour>> = { 1: 'grey', 3: 'rgb', 4: 'cmyk' };

export const isJpeg = (bytes: Uint8Array) => startsWith(bytes, '\xff\xd8\xff');

/**
 * Walks the segments and the scans (several in a progressive picture) to the end marker. Segments are skipped
 * by their length, so the end marker of a thumbnail inside EXIF does not count. Bytes after the end are
 * allowed: phones put a second picture or a film there.
 */
export function probeJpeg(bytes: Uint8Array): Probe {
  const view = new ByteView(bytes, 'the JPEG');
  let frame: Frame | undefined;
  let hasScan = false;
  let exif: number | undefined;
  let xmp: number | undefined;
  const profile = new ProfileParts();

  for (let at = 2; ;) {
    if (view.u8(at) !== 0xff) throw view.damaged('has stray bytes between its segments');
    at = skipFill(view, at);
    const marker = view.u8(at++);
    if (marker === EOI) break;
    if (marker === SOI) throw view.damaged('begins a second time');
    // Markers without a segment: restarts, TEM, and stuffed zeros, which decoders skip.
    if (isRestart(marker) || marker <= 0x01) continue;

    const length = view.u16(at);
    if (length < 2) throw view.damaged('has a segment without a length');
    const segment = view.slice(at + 2, length - 2);
    if (isFrameHeader(marker)) frame ??= readFrame(view, marker, at + 2);
    else if (marker === APP1 && startsWith(segment, 'Exif\0\0')) exif ??= exifOrientation(segment);
    else if (marker === APP1 && startsWith(segment, XMP)) xmp ??= xmpOrientation(segment);
    else if (marker === APP2 && startsWith(segment, ICC)) profile.add(segment);
    at += length;
    if (marker === SOS) {
      if (frame === undefined) throw view.damaged('has picture data before its header');
      const end = endOfScan(view, at);
      hasScan ||= end > at;
      at = end;
    }
  }
  if (frame === undefined || !hasScan) throw view.damaged('has no picture data');
  return {
    ...PLAIN,
    format: 'jpeg',
    contentType: 'image/jpeg',
    ...frame,
    orientation: exif ?? xmp ?? 1,
    animated: false,
    profile: fittingProfile(profile.whole(), frame.colour),
  };
}

interface Frame {
  width: number;
  height: number;
  colour: PictureColour;
  bits: number;
  lossy: boolean;
}

/** Frame headers of pictures without loss: Huffman and arithmetic, alone and hierarchical. */
const LOSSLESS = new Set([0xc3, 0xc7, 0xcb, 0xcf]);

/** A frame header: precision, height, width, number of components. */
function readFrame(view: ByteView, marker: number, at: number): Frame {
  const colour = COLOURS[view.u8(at + 5)];
  const height = view.u16(at + 1);
  const width = view.u16(at + 3);
  if (colour === undefined || width === 0 || height === 0) throw view.damaged('has an impossible header');
  return { width, height, colour, bits: Math.max(8, view.u8(at)), lossy: !LOSSLESS.has(marker) };
}

/** An ICC profile in as many segments as it needs, each with its number and their count. */
class ProfileParts {
  readonly #parts: (Uint8Array | undefined)[] = [];
  #count = 0;

  add(segment: Uint8Array): void {
    const [number = 0, count = 0] = segment.subarray(ICC.length);
    this.#count ||= count;
    this.#parts[number] ??= segment.subarray(ICC.length + 2);
  }

  /** The profile; undefined if there is none or a part is missing. */
  whole(): Uint8Array | undefined {
    const parts = Array.from({ length: this.#count }, (_, index) => this.#parts[index + 1]);
    const found = parts.filter((part) => part !== undefined);
    return found.length === 0 || found.length < parts.length ? undefined : Buffer.concat(found);
  }
}

/** Any number of FF bytes may precede a marker's code. */
function skipFill(view: ByteView, at: number): number {
  let next = at;
  while (view.u8(next) === 0xff) next++;
  return next;
}

/** Start of the next marker: an FF followed by neither a stuffed zero nor a restart code. */
function endOfScan(view: ByteView, start: number): number {
  for (let at = start; ;) {
    const mark = view.bytes.indexOf(0xff, at);
    if (mark < 0) throw view.damaged('is cut short');
    const code = skipFill(view, mark);
    const marker = view.u8(code);
    if (marker !== 0 && !isRestart(marker)) return mark;
    at = code + 1;
  }
}
