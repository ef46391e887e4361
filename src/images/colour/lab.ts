import type { SharpOptions } from 'sharp';
import { byteOrderOf } from '../formats/exif.js';
import { ByteView } from '../formats/byte-view.js';
import type { Probe } from '../picture-facts.js';

const PHOTOMETRIC = 262;
const RGB = 2;
/** Lab whose a and b are not negative: zero lies in the middle. */
const ICC_LAB = 9;

/**
 * A Lab TIFF of 8 or 16 bits as a PNG in sRGB. libvips reads those of 8 bits not at all, and takes D65 for white in
 * the others, where Photoshop, the ICC and TIFF readers that use its profiles mean D50. So it is made to read the
 * numbers as they are.
 */
export async function labAsPng(bytes: Uint8Array, probe: Probe, options: SharpOptions): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const { file, photometric } = withoutLab(bytes);
  const isDeep = probe.bits > 8;
  const space = isDeep ? 'rgb16' : 'srgb';
  const { data, info } = await sharp(file, { ...options, ignoreIcc: true })
    .pipelineColourspace(space)
    .toColourspace(space)
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const numbers = isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  // Further samples than alpha, such as saved selections, are left out.
  const channels = probe.alpha && info.channels > 3 ? 4 : 3;
  const isOffset = photometric === ICC_LAB;
  const pixels = toSrgb(numbers, { from: info.channels, to: channels, isDeep, isOffset });
  const { width, height } = info;
  return sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

/** A copy that claims to be RGB, and what it claimed before. */
function withoutLab(bytes: Uint8Array): { file: Uint8Array; photometric: number } {
  const file = Buffer.from(bytes);
  const view = new ByteView(file, 'the TIFF', byteOrderOf(file));
  const directory = view.u32(4);
  const count = view.u16(directory);
  for (let index = 0; index < count; index++) {
    const entry = directory + 2 + index * 12;
    if (view.u16(entry) !== PHOTOMETRIC) continue;
    const photometric = view.u16(entry + 8);
    file.set(view.littleEndian ? [RGB, 0] : [0, RGB], entry + 8);
    return { file, photometric };
  }
  throw view.damaged('has no colour space');
}

interface Form {
  /** Channels of the numbers. */
  from: number;
  /** Channels of the pixels: the fourth is alpha. */
  to: 3 | 4;
  isDeep: boolean;
  isOffset: boolean;
}

/** Lab numbers as 8-bit sRGB. */
function toSrgb(numbers: Uint8Array | Uint16Array, { from, to, isDeep, isOffset }: Form): Buffer {
  const [most, unit] = isDeep ? [65_535, 256] : [255, 1];
  const half = 128 * unit;
  const steps = curve();
  const encoded = (linear: number) => steps[Math.round(Math.min(1, Math.max(0, linear)) * STEPS)] ?? 0;
  const colour = (number = 0) =>
    (isOffset ? number - half : number < half ? number : number - 2 * half) / unit;
  const pixels = Buffer.alloc((numbers.length / from) * to);
  for (let at = 0, out = 0; at < numbers.length; at += from, out += to) {
    const light = (((numbers[at] ?? 0) / most) * 100 + 16) / 116;
    const x = WHITE.x * fromLab(light + colour(numbers[at + 1]) / 500);
    const y = fromLab(light);
    const z = WHITE.z * fromLab(light - colour(numbers[at + 2]) / 200);
    pixels[out] = encoded(redX * x + redY * y + redZ * z);
    pixels[out + 1] = encoded(greenX * x + greenY * y + greenZ * z);
    pixels[out + 2] = encoded(blueX * x + blueY * y + blueZ * z);
    if (to === 4) pixels[out + 3] = Math.round(((numbers[at + 3] ?? 0) / most) * 255);
  }
  return pixels;
}

/** D50. */
const WHITE = { x: 0.9642, z: 0.8249 };

/** XYZ under D50 to linear sRGB, adapted by Bradford. */
const [redX, redY, redZ] = [3.133_856_1, -1.616_866_7, -0.490_614_6];
const [greenX, greenY, greenZ] = [-0.978_768_4, 1.916_141_5, 0.033_454];
const [blueX, blueY, blueZ] = [0.071_945_3, -0.228_991_4, 1.405_242_7];

const fromLab = (value: number) => (value > 6 / 29 ? value ** 3 : 3 * (6 / 29) ** 2 * (value - 4 / 29));

const STEPS = 65_535;

/** sRGB of linear numbers in equal steps: the curve itself takes ten times as long. */
const curve = () =>
  Uint8Array.from({ length: STEPS + 1 }, (_, step) => {
    const value = step / STEPS;
    return Math.round((value <= 0.003_130_8 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055) * 255);
  });
