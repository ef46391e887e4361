/* Writes JPEG files without loss (ITU-T T.81, annex H), which few encoders do. */
import { samples, type Colours } from './colours.js';

const CATEGORIES = 9;
/** All codes have four bits: the number of the category. */
const CODE_BITS = 4;
const COMPONENTS = [1, 2, 3];

export function losslessJpeg(colours: Colours): Buffer {
  const { width, height } = colours;
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xc3, [
      8,
      height >> 8,
      height & 255,
      width >> 8,
      width & 255,
      3,
      ...COMPONENTS.flatMap((id) => [id, 0x11, 0]),
    ]),
    segment(0xc4, [
      0,
      0,
      0,
      0,
      CATEGORIES,
      ...Array<number>(12).fill(0),
      ...Array.from({ length: CATEGORIES }, (_, index) => index),
    ]),
    // Each pixel is predicted by the one to its left.
    segment(0xda, [3, ...COMPONENTS.flatMap((id) => [id, 0]), 1, 0, 0]),
    stuffed(bitsOf(samples(colours), width)),
    Buffer.from([0xff, 0xd9]),
  ]);
}

const segment = (marker: number, data: readonly number[]) =>
  Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255, ...data]);

function bitsOf(pixels: Buffer, width: number): string {
  let bits = '';
  pixels.forEach((value, at) => {
    const pixel = Math.floor(at / 3);
    const left = pixel % width > 0 ? pixels[at - 3] : pixel > 0 ? pixels[at - width * 3] : 128;
    const difference = value - (left ?? 0);
    const size = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
    bits += size.toString(2).padStart(CODE_BITS, '0');
    // Negative differences as the complement of what they would be.
    if (size > 0)
      bits += (difference > 0 ? difference : difference + 2 ** size - 1).toString(2).padStart(size, '0');
  });
  return bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
}

/** Bytes of the bits, with a zero behind each 255. */
const stuffed = (bits: string) =>
  Buffer.from(
    (bits.match(/.{8}/g) ?? []).flatMap((byte) => {
      const value = Number.parseInt(byte, 2);
      return value === 255 ? [255, 0] : [value];
    }),
  );
