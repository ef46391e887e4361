import { DamagedPictureError } from '../picture-errors.js';
import { ByteView } from './byte-view.js';
import {
  EOI,
  isFrameHeader,
  isOddScan,
  jpegParts,
  type JpegPart,
  SOI,
  SOS,
  WHOLE_SCAN,
} from './jpeg-parts.js';

/**
 * A copy of a JPEG with a flaw that a strict decoder reads: without stray bytes and second beginnings, with plain scan
 * parameters, and with an end marker in place of any trailer. If pixels are missing, decoding it with `failOn: 'warning'`
 * fails.
 *
 * @throws DamagedPictureError if pixels are missing and decoding would not find it
 */
export async function mendedJpeg(bytes: Uint8Array): Promise<Uint8Array> {
  const mended = withoutFlaws(bytes);
  await checkLastLines(Buffer.from(mended));
  return mended;
}

async function checkLastLines(copy: Buffer): Promise<void> {
  const top = addStrip(copy);
  if (top === undefined) return;
  const { default: sharp } = await import('sharp');
  try {
    await sharp(copy, { failOn: 'warning', limitInputPixels: false })
      .extract({ left: 0, top, width: 1, height: 1 })
      .raw()
      .toBuffer();
  } catch {
    throw new DamagedPictureError('is damaged: the JPEG is cut short');
  }
}

function withoutFlaws(bytes: Uint8Array): Buffer {
  const view = new ByteView(bytes, 'the JPEG');
  const mended = Buffer.alloc(bytes.length + 2);
  mended.set([0xff, SOI]);
  let length = 2;
  let frameMarker: number | undefined;
  for (const part of jpegParts(view)) {
    mended.set(bytes.subarray(part.start, part.end), length);
    if (isFrameHeader(part.marker)) frameMarker ??= part.marker;
    if (part.marker === SOS && frameMarker !== undefined && isOddScan(view, frameMarker, part)) {
      mended.set(WHOLE_SCAN, length + part.dataEnd - 3 - part.start);
    }
    length += part.end - part.start;
  }
  mended.set([0xff, EOI], length);
  return mended.subarray(0, length + 2);
}

/** Lines of a block; sharp reads as many at a time. */
const BLOCK = 8;

const MAX_HEIGHT = 65_535;

/**
 * Adds a strip of lines to a mended JPEG, in place, so that decoding the first of them finds whether any line before is
 * missing: sharp asks for libjpeg's warnings only before it reads a strip, not after the last.
 *
 * @returns the first of the added lines; undefined if libjpeg reads ahead anyway, as it does for progressive pictures
 * and for colour of a lower resolution
 */
function addStrip(mended: Buffer): number | undefined {
  const view = new ByteView(mended, 'the JPEG');
  const frame = frameOf(view);
  if (frame === undefined || ![0xc0, 0xc1].includes(frame.marker)) return undefined;
  const height = view.u16(frame.data + 1);
  const components = view.u8(frame.data + 5);
  const samplings = Array.from({ length: components }, (_, index) => frame.data + 7 + index * 3);
  const isTall = samplings.some((at) => (view.u8(at) & 0x0f) > 1);
  const first = Math.ceil(height / BLOCK) * BLOCK;
  if ((components > 1 && isTall) || first + BLOCK > MAX_HEIGHT) return undefined;
  mended.writeUInt16BE(first + BLOCK, frame.data + 1);
  // The sampling of a single component has no effect, except on how much libjpeg reads at a time.
  if (components === 1) mended.writeUInt8(0x11, frame.data + 7);
  return first;
}

function frameOf(view: ByteView): JpegPart | undefined {
  for (const part of jpegParts(view)) if (isFrameHeader(part.marker)) return part;
  return undefined;
}
