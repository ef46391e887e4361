import { PLAIN, type PictureColour, type Probe } from '../picture-facts.js';
import { ByteView, startsWith } from './byte-view.js';
import { exifOrientation } from './exif.js';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;

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
  let frame: { width: number; height: number; colour: PictureColour } | undefined;
  let hasScan = false;
  let orientation: number | undefined;

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
    if (isFrameHeader(marker)) {
      const colour = COLOURS[view.u8(at + 7)];
      const height = view.u16(at + 3);
      const width = view.u16(at + 5);
      if (colour === undefined || width === 0 || height === 0) throw view.damaged('has an impossible header');
      frame ??= { width, height, colour };
    } else if (marker === APP1 && startsWith(segment, 'Exif\0\0')) {
      orientation ??= exifOrientation(segment);
    }
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
    orientation: orientation ?? 1,
    animated: false,
  };
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
