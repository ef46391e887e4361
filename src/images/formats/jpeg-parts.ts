import type { ByteView } from './byte-view.js';

export const SOI = 0xd8;
export const EOI = 0xd9;
export const SOS = 0xda;

/** A marker with its segment; a scan also holds the coded data behind it. */
export interface JpegPart {
  marker: number;
  /** Offset of the marker. */
  start: number;
  /** Offset of the segment's data, behind its length. */
  data: number;
  /** Where the segment ends. */
  dataEnd: number;
  /** Where the part ends: for a scan, behind its coded data. */
  end: number;
}

/** Far more than a JPEG has; limits the time that a file of empty segments can take. */
const MAX_PARTS = 50_000;

/** Frame headers; C4, C8 and CC in the same range are not. */
export const isFrameHeader = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Progressive, with Huffman or arithmetic coding. */
const isProgressive = (marker: number) => marker === 0xc2 || marker === 0xca;

/** Without progression, each scan brings all coefficients and all their bits. */
export const WHOLE_SCAN = [0, 63, 0] as const;

/** Whether a scan of a picture that is not progressive says otherwise, as some Samsung phones write it. */
export function isOddScan(view: ByteView, frameMarker: number, { dataEnd }: JpegPart): boolean {
  const isSequential = [0xc0, 0xc1, 0xc9].includes(frameMarker);
  return isSequential && WHOLE_SCAN.some((value, index) => view.u8(dataEnd - 3 + index) !== value);
}

/** Restart markers occur within the coded data. */
const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7;

/** Codes that no JPEG has outside of its coded data; 01 has no segment. */
const isReserved = (marker: number) => marker > 0x01 && marker < 0xc0;

/**
 * Yields the parts of a JPEG up to its end marker, its scans with their data. Segments are skipped by their length, so
 * the end marker of a thumbnail inside EXIF does not count. Bytes after the end are allowed: phones put a second
 * picture or a film there.
 *
 * @returns what viewers forgive: stray bytes between segments, a second beginning, no end marker
 * @throws DamagedPictureError if it ends before data for each part of the picture has begun
 */
export function* jpegParts(view: ByteView): Generator<JpegPart, string | undefined> {
  const coverage = new Coverage(view);
  let flaw: string | undefined;
  for (let at = 2, count = 1; ; count++) {
    if (count > MAX_PARTS) throw view.damaged('has too many segments');
    const start = nextMarker(view, at);
    const code = start === undefined ? undefined : skipFill(view, start);
    const marker = code === undefined ? undefined : view.bytes[code];
    // Behind a whole picture without an end marker, anything may follow.
    const isTrailer = marker === undefined || marker === SOI || isReserved(marker);
    if (isTrailer && coverage.isWhole) return flaw ?? 'has no end marker';
    if (start === undefined || code === undefined || marker === undefined) throw view.damaged('is cut short');
    if (start > at) flaw ??= 'has stray bytes between its segments';
    if (marker === EOI) return flaw;
    at = code + 1;
    if (marker === SOI) flaw ??= 'begins a second time';
    // Markers without a segment.
    if (marker === SOI || isRestart(marker) || marker === 0x01) continue;

    const length = at + 2 <= view.length ? view.u16(at) : Infinity;
    if (at + length > view.length) {
      if (coverage.isWhole) return flaw ?? 'has no end marker';
      throw view.damaged('is cut short');
    }
    if (length < 2) throw view.damaged('has a segment without a length');
    const dataEnd = at + length;
    const part = { marker, start: code - 1, data: at + 2, dataEnd };
    if (isFrameHeader(marker)) coverage.begin(part);
    if (marker === SOS) coverage.add(part);
    const end = marker === SOS ? endOfScan(view, dataEnd) : dataEnd;
    yield { ...part, end };
    at = end;
  }
}

/** Offset of the next FF with a code; a stuffed zero is no marker. */
function nextMarker(view: ByteView, from: number): number | undefined {
  for (let at = from; ;) {
    const mark = view.bytes.indexOf(0xff, at);
    if (mark < 0) return undefined;
    const code = skipFill(view, mark);
    if (view.bytes[code] !== 0) return mark;
    at = code + 1;
  }
}

/** Offset of a marker's code: any number of FF bytes may precede it. */
function skipFill(view: ByteView, at: number): number {
  let next = at;
  while (view.bytes[next] === 0xff) next++;
  return next;
}

/** Start of the next marker: an FF followed by neither a stuffed zero nor a restart code; else the file's end. */
function endOfScan(view: ByteView, from: number): number {
  for (let at = from; ;) {
    const mark = view.bytes.indexOf(0xff, at);
    if (mark < 0) return view.length;
    const code = skipFill(view, mark);
    const marker = view.bytes[code];
    if (marker === undefined) return mark;
    if (marker !== 0 && !isRestart(marker)) return mark;
    at = code + 1;
  }
}

const COEFFICIENTS = 64;

/**
 * Keeps in mind of which components, and in a progressive picture of which coefficients, a scan has brought the last
 * bit. Without it, a progressive picture cut between two scans would look whole.
 */
class Coverage {
  readonly #view: ByteView;
  readonly #missing = new Map<number, Uint8Array>();
  #isProgressive = false;
  #hasFrame = false;

  constructor(view: ByteView) {
    this.#view = view;
  }

  /** Takes a frame header: precision, height, width, number of components, three bytes for each. */
  begin({ marker, data, dataEnd }: Omit<JpegPart, 'end'>): void {
    if (this.#hasFrame) return;
    this.#hasFrame = true;
    this.#isProgressive = isProgressive(marker);
    const count = Math.min(this.#view.u8(data + 5), 4);
    for (let at = data + 6; at < data + 6 + count * 3 && at < dataEnd; at += 3) {
      this.#missing.set(this.#view.u8(at), new Uint8Array(COEFFICIENTS).fill(0xff));
    }
  }

  /** Takes the header of a scan: its components, then the coefficients and bits that it brings. */
  add({ data, dataEnd }: Omit<JpegPart, 'end'>): void {
    if (!this.#hasFrame) throw this.#view.damaged('has picture data before its header');
    const count = this.#view.u8(data);
    const parameters = data + 1 + count * 2;
    if (parameters + 3 > dataEnd) throw this.#view.damaged('has a scan without its parameters');
    const [first, last] = this.#isProgressive
      ? [this.#view.u8(parameters), this.#view.u8(parameters + 1)]
      : [0, COEFFICIENTS - 1];
    const lowestBit = this.#isProgressive ? this.#view.u8(parameters + 2) & 0x0f : 0;
    for (let index = 0; index < count; index++) {
      const component = this.#view.u8(data + 1 + index * 2);
      this.#missing.get(component)?.fill(lowestBit, first, last + 1);
    }
  }

  get isWhole(): boolean {
    return this.#hasFrame && [...this.#missing.values()].every((bits) => bits.every((bit) => bit === 0));
  }
}
