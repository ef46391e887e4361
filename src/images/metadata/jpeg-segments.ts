import { ByteView } from '../formats/byte-view.js';
import type { Span } from './spans.js';

export const MARKER = {
  soi: 0xd8,
  eoi: 0xd9,
  sos: 0xda,
  app0: 0xe0,
  app1: 0xe1,
  app2: 0xe2,
  app11: 0xeb,
  app13: 0xed,
  app14: 0xee,
} as const;

/** A segment of a JPEG with its marker; that of a scan includes the coded data behind it. */
export interface Segment extends Span {
  marker: number;
  /** Content, after the marker and the length. */
  data: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/**
 * The segments from the start marker to the end marker. Markers that mean nothing between segments (restarts, stuffed
 * zeros) are left out.
 *
 * @throws DamagedPictureError without an end marker, or with anything but segments before it
 */
export function* readSegments(bytes: Uint8Array): Generator<Segment, void> {
  const view = new ByteView(bytes, 'the JPEG');
  if (view.u16(0) !== 0xff00 + MARKER.soi) throw view.damaged('has no start marker');
  yield { marker: MARKER.soi, start: 0, end: 2, data: NOTHING };
  // Searching a Buffer is several times as fast as searching a Uint8Array.
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

  for (let at = 2; ;) {
    const start = at;
    if (view.u8(at) !== 0xff) throw view.damaged('has stray bytes between its segments');
    at = skipFill(view, at);
    const marker = view.u8(at++);
    if (marker === MARKER.eoi) {
      yield { marker, start, end: at, data: NOTHING };
      return;
    }
    if (marker === MARKER.soi) throw view.damaged('begins a second time');
    if (isRestart(marker) || marker <= 0x01) continue;
    const length = view.u16(at);
    if (length < 2) throw view.damaged('has a segment without a length');
    const data = view.slice(at + 2, length - 2);
    at += length;
    if (marker === MARKER.sos) at = endOfScan(view, buffer, at);
    yield { marker, start, end: at, data };
  }
}

/** Restart markers occur within the coded data. */
const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7;

/** Any number of FF bytes may precede a marker's code. */
function skipFill(view: ByteView, at: number): number {
  let next = at;
  while (view.u8(next) === 0xff) next++;
  return next;
}

/** Start of the next marker: an FF followed by neither a stuffed zero nor a restart code. */
function endOfScan(view: ByteView, buffer: Buffer, start: number): number {
  for (let at = start; ;) {
    const mark = buffer.indexOf(0xff, at);
    if (mark < 0) throw view.damaged('is cut short');
    const code = skipFill(view, mark);
    const marker = view.u8(code);
    if (marker !== 0 && !isRestart(marker)) return mark;
    at = code + 1;
  }
}
