import { decodeHeic } from './decode-heic.js';

const HEADER_BYTES = 8;
/** Four numbers of 16 bits. */
const BITS_BYTES = 8;

const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  stripOffset: 273,
  samples: 277,
  rows: 278,
  stripBytes: 279,
  planes: 284,
  extraSamples: 338,
  profile: 34_675,
} as const;

const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;

/**
 * Decodes a HEIC picture into an uncompressed TIFF, which is the only way to hand raw pixels to sharp together with
 * their profile. The directory comes after the pixels, so that they are written once.
 *
 * @param profile the ICC profile of its colours; sRGB without it
 * @throws UnreadablePictureError, FalEditError as {@link decodeHeic}
 */
export async function heicToTiff(
  bytes: Uint8Array,
  profile: Uint8Array | undefined,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const entryCount = Object.keys(TAG).length;
  const tail = 2 + entryCount * 12 + 4 + BITS_BYTES + (profile?.length ?? 0);
  const { file, width, height } = await decodeHeic(bytes, { before: HEADER_BYTES, after: tail }, signal);
  const pixels = width * height * 4;
  const directory = HEADER_BYTES + pixels;
  const bits = file.length - tail + 2 + entryCount * 12 + 4;
  const profileAt = bits + BITS_BYTES;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  file.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, directory, true);

  const entries: [tag: number, type: number, count: number, value: number][] = [
    [TAG.width, LONG, 1, width],
    [TAG.height, LONG, 1, height],
    [TAG.bits, SHORT, 4, bits],
    [TAG.compression, SHORT, 1, 1],
    [TAG.photometric, SHORT, 1, 2],
    [TAG.stripOffset, LONG, 1, HEADER_BYTES],
    [TAG.samples, SHORT, 1, 4],
    [TAG.rows, LONG, 1, height],
    [TAG.stripBytes, LONG, 1, pixels],
    [TAG.planes, SHORT, 1, 1],
    // Alpha that the colours are not multiplied with.
    [TAG.extraSamples, SHORT, 1, 2],
  ];
  if (profile !== undefined) entries.push([TAG.profile, UNDEFINED, profile.length, profileAt]);
  view.setUint16(directory, entries.length, true);
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    const at = directory + 2 + index * 12;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, count, true);
    view.setUint32(at + 8, value, true);
  }
  for (let channel = 0; channel < 4; channel++) view.setUint16(bits + channel * 2, 8, true);
  if (profile !== undefined) file.set(profile, profileAt);
  return file;
}
