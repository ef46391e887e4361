import type { ByteView } from './byte-view.js';
import { startsWith } from './byte-view.js';
import { exifOrientation, xmpOrientation } from './exif.js';
import { inflated } from './inflate.js';

/** Places of a PNG in which programs keep EXIF and XMP, in the order in which readers ask them. */
const PLACES = [
  'eXIf',
  'Raw profile type exif',
  'Raw profile type APP1',
  'XML:com.adobe.xmp',
  'Raw profile type xmp',
];

/** Longest keyword of a text chunk. */
const MAX_KEYWORD = 79;

/**
 * Collects the descriptions of a PNG that may hold its orientation. ImageMagick 6 writes EXIF and XMP as text in
 * hexadecimal digits, cameras' tools as an `eXIf` chunk, Adobe's as an `iTXt` chunk.
 */
export class PngDescriptions {
  readonly #orientations = new Map<string, number>();
  readonly #seen = new Set<string>();

  /** Takes a chunk's type and data; others than descriptions are ignored. */
  add(view: ByteView, type: string, at: number, length: number): void {
    if (type === 'eXIf') {
      this.#set('eXIf', () => exifOrientation(view.slice(at, length)));
      return;
    }
    const chunk = pngText(type, view.slice(at, length));
    if (chunk === undefined || !PLACES.includes(chunk.keyword)) return;
    const { keyword } = chunk;
    this.#set(keyword, () => {
      const text = chunk.unpacked();
      if (text === undefined) return undefined;
      return keyword.startsWith('Raw profile') ? rawOrientation(text) : xmpOrientation(text);
    });
  }

  /** Orientation from the first place that says one; 1 (upright) if none does. */
  get orientation(): number {
    for (const keyword of PLACES) {
      const orientation = this.#orientations.get(keyword);
      if (orientation !== undefined) return orientation;
    }
    return 1;
  }

  /** Each place counts once, so that a file of many packed texts takes no time. */
  #set(keyword: string, read: () => number | undefined): void {
    if (this.#seen.has(keyword)) return;
    this.#seen.add(keyword);
    const orientation = read();
    if (orientation !== undefined) this.#orientations.set(keyword, orientation);
  }
}

export interface PngText {
  keyword: string;
  /** The text: Latin-1, or UTF-8 in `iTXt`; undefined if it cannot be unpacked. */
  unpacked: () => Uint8Array | undefined;
}

/** A text chunk; undefined if it is none. */
export function pngText(type: string, data: Uint8Array): PngText | undefined {
  if (type !== 'tEXt' && type !== 'zTXt' && type !== 'iTXt') return undefined;
  const end = data.subarray(0, MAX_KEYWORD + 1).indexOf(0);
  if (end < 0) return undefined;
  const keyword = Buffer.from(data.subarray(0, end)).toString('latin1');
  return { keyword, unpacked: () => textOf(type, data.subarray(end + 1)) };
}

/** The text after the keyword of a text chunk, unpacked; undefined if it cannot be. */
function textOf(type: string, data: Uint8Array): Uint8Array | undefined {
  if (type === 'tEXt') return data;
  if (type === 'zTXt') return inflated(data.subarray(1));
  // A flag for packed text, the method, then a language and a translated keyword, each ended by a zero.
  const language = data.indexOf(0, 2);
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
  if (translated < 0) return undefined;
  const text = data.subarray(translated + 1);
  return data[0] === 1 ? inflated(text) : text;
}

/** Digits of a raw profile that are read: twice the largest EXIF block, with its line ends. */
const MAX_DIGITS = 200_000;

/** A raw profile: its kind, its length, then its bytes as hexadecimal digits, all in lines. */
export function rawProfile(text: Uint8Array): Buffer | undefined {
  const lines = Buffer.from(text.subarray(0, MAX_DIGITS)).toString('latin1').trimStart().split('\n');
  // Reading digits ends at the first character that is none.
  const block = Buffer.from(lines.slice(2).join('').replace(/\s/g, ''), 'hex');
  return block.length === 0 ? undefined : block;
}

function rawOrientation(text: Uint8Array): number | undefined {
  const block = rawProfile(text);
  if (block === undefined) return undefined;
  return startsWith(block, 'http://ns.adobe.com/xap/1.0/') || startsWith(block, '<')
    ? xmpOrientation(block)
    : exifOrientation(block);
}
