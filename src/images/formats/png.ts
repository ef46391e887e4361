import { crc32 } from 'node:zlib';
import { PLAIN, type Probe } from '../picture-facts.js';
import { ByteView, startsWith } from './byte-view.js';
import { PngColourChunks } from './png-colour.js';
import { PngDescriptions } from './png-text.js';

const SIGNATURE = '\x89PNG\r\n\x1a\n';

/** Length, type and checksum around the data of a chunk. */
const CHUNK_FRAME = 12;

/** Far more than a PNG has; limits the time that a file of empty chunks can take. */
const MAX_CHUNKS = 500_000;

export const isPng = (bytes: Uint8Array) => startsWith(bytes, SIGNATURE);

/**
 * Walks the chunks from IHDR to IEND and checks the checksum of each that a decoder depends on. Bytes after
 * IEND are allowed: decoders ignore them. Without IEND, the structure cannot tell whether pixels are missing: a strict
 * decoder or {@link checkPngData} can.
 */
export function probePng(bytes: Uint8Array): Probe {
  const view = new ByteView(bytes, 'the PNG');
  const first = SIGNATURE.length;
  if (view.ascii(first + 4, 4) !== 'IHDR' || view.u32(first) !== 13) throw view.damaged('has no header');
  const width = view.u32(first + 8);
  const height = view.u32(first + 12);
  if (width === 0 || height === 0) throw view.damaged('has no width or no height');
  const kind = view.u8(first + 17);
  const colour = kind & 2 ? 'rgb' : 'grey';

  let hasData = false;
  let frames = 1;
  // Bit 2 of the colour type: an alpha channel.
  let alpha = (kind & 4) !== 0;
  let flaw: string | undefined;
  const colours = new PngColourChunks();
  const descriptions = new PngDescriptions();
  for (let at = first, count = 1; ; count++) {
    if (count > MAX_CHUNKS) throw view.damaged('has too many chunks');
    if (hasData && !isWholeChunk(view, at)) {
      flaw = 'has no end marker';
      break;
    }
    const length = view.u32(at);
    const type = view.ascii(at + 4, 4);
    const data = at + 8;
    if (at + CHUNK_FRAME + length > bytes.length) throw view.damaged('is cut short');
    // Names of ancillary chunks start in lower case; decoders accept a wrong checksum there.
    const isCritical = (view.u8(at + 4) & 0x20) === 0;
    if (isCritical && crc32(view.slice(at + 4, length + 4)) !== view.u32(data + length)) {
      throw view.damaged('has a chunk with a wrong checksum');
    }
    if (type === 'IDAT') hasData ||= length > 0;
    else if (type === 'acTL' && length >= 4) frames = view.u32(data);
    else if (type === 'tRNS') alpha = true;
    else if (type === 'IEND') break;
    else if (hasData || !colours.add(view, type, data, length)) descriptions.add(view, type, data, length);
    at += CHUNK_FRAME + length;
  }
  if (!hasData) throw view.damaged('has no picture data');
  return {
    ...PLAIN,
    format: 'png',
    contentType: 'image/png',
    width,
    height,
    orientation: descriptions.orientation,
    animated: frames > 1,
    colour,
    bits: view.u8(first + 16) === 16 ? 16 : 8,
    alpha,
    ...colours.coloursOf(colour),
    flaw,
  };
}

/** Whether a chunk is whole, or else is one that holds no pixels: decoders do without a cut annotation or IEND. */
function isWholeChunk(view: ByteView, at: number): boolean {
  const length = at + 8 <= view.length ? view.u32(at) : 0;
  if (at + CHUNK_FRAME + length <= view.length) return true;
  return at + 8 <= view.length && view.ascii(at + 4, 4) === 'IDAT';
}
