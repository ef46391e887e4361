import { fittingProfile } from '../colour/icc.js';
import { NotAPictureError } from '../picture-errors.js';
import { PLAIN, type PictureColour, type Probe } from '../picture-facts.js';
import { ByteView, startsWith } from './byte-view.js';
import { exifOrientation, xmpOrientation } from './exif.js';
import { isFrameHeader, isOddScan, jpegParts, SOS } from './jpeg-parts.js';

const APP1 = 0xe1;
const APP2 = 0xe2;

const XMP = 'http://ns.adobe.com/xap/1.0/\0';
const ICC = 'ICC_PROFILE\0';

const COLOURS: Readonly<Record<number, PictureColour>> = { 1: 'grey', 3: 'rgb', 4: 'cmyk' };

export const isJpeg = (bytes: Uint8Array) => startsWith(bytes, '\xff\xd8\xff');

/**
 * Walks the segments and the scans (several in a progressive picture) to the end marker. Where there is none, the
 * structure cannot tell whether the last scan is whole; decoding a mended copy (jpeg-mend.ts) can.
 */
export function probeJpeg(bytes: Uint8Array): Probe {
  const view = new ByteView(bytes, 'the JPEG');
  let frame: Frame | undefined;
  let hasScan = false;
  let exif: number | undefined;
  let xmp: number | undefined;
  let flaw: string | undefined;
  const profile = new ProfileParts();

  const parts = jpegParts(view);
  let next = parts.next();
  for (; next.done !== true; next = parts.next()) {
    const { marker, data, dataEnd, end } = next.value;
    const segment = view.slice(data, dataEnd - data);
    if (isFrameHeader(marker)) frame ??= readFrame(view, marker, data);
    else if (marker === APP1 && startsWith(segment, 'Exif\0\0')) exif ??= exifOrientation(segment);
    else if (marker === APP1 && startsWith(segment, XMP)) xmp ??= xmpOrientation(segment);
    else if (marker === APP2 && startsWith(segment, ICC)) profile.add(segment);
    else if (marker === SOS) {
      hasScan ||= end > dataEnd;
      if (frame && isOddScan(view, frame.marker, next.value)) flaw ??= 'has invalid scan parameters';
    }
  }
  if (frame === undefined || !hasScan) throw view.damaged('has no picture data');
  const { marker, ...facts } = frame;
  return {
    ...PLAIN,
    format: 'jpeg',
    contentType: 'image/jpeg',
    ...facts,
    orientation: exif ?? xmp ?? 1,
    animated: false,
    profile: fittingProfile(profile.whole(), frame.colour),
    flaw: next.value ?? flaw ?? FLAWED_CODINGS[CODINGS[marker] ?? 'baseline'],
  };
}

interface Frame {
  width: number;
  height: number;
  colour: PictureColour;
  bits: number;
  lossy: boolean;
  /** Code of its header. */
  marker: number;
}

/** How the pixels are coded, by the code of the frame header. */
type Coding = 'baseline' | 'progressive' | 'lossless' | 'arithmetic' | 'arithmetic progressive';

const CODINGS: Readonly<Record<number, Coding>> = {
  0xc0: 'baseline',
  0xc1: 'baseline',
  0xc2: 'progressive',
  0xc3: 'lossless',
  0xc9: 'arithmetic',
  0xca: 'arithmetic progressive',
};

/** Codings that sharp reads, but not every plain decoder. */
const FLAWED_CODINGS: Readonly<Partial<Record<Coding, string>>> = {
  lossless: 'has lossless coding',
  arithmetic: 'has arithmetic coding',
  'arithmetic progressive': 'has arithmetic coding',
};

/** A frame header: precision, height, width, number of components. */
function readFrame(view: ByteView, marker: number, at: number): Frame {
  const bits = view.u8(at);
  const height = view.u16(at + 1);
  const width = view.u16(at + 3);
  const colour = COLOURS[view.u8(at + 5)];
  if (colour === undefined || width === 0 || height === 0) throw view.damaged('has an impossible header');
  const coding = CODINGS[marker];
  if (coding === undefined) {
    const kind = marker === 0xcb ? 'a lossless arithmetic' : 'a hierarchical';
    throw new NotAPictureError(`is ${kind} JPEG`, 'Export it again as an ordinary JPEG or as PNG.');
  }
  if (bits > 8) {
    const kind = coding === 'lossless' ? ' lossless' : '';
    throw new NotAPictureError(`is a ${bits}-bit${kind} JPEG`, CONVERT_DEEP);
  }
  if (bits < 8) throw view.damaged('has an impossible header');
  return { width, height, colour, bits, lossy: coding !== 'lossless', marker };
}

/** libjpeg-turbo reads them, but not the build that sharp has. */
const CONVERT_DEEP = 'Convert it first: djpeg in.jpg | magick - out.png';

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
