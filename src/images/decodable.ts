import { crc32, deflateSync } from 'node:zlib';
import { startsWith } from './formats/byte-view.js';
import { firstFrame, mendedGif } from './formats/gif.js';
import { mendedJpeg } from './formats/jpeg-mend.js';
import { heicToTiff } from './heic/heic-to-tiff.js';
import { labAsPng } from './colour/lab.js';
import { MAX_PICTURE_PIXELS } from './limits.js';
import { PNG_SIGNATURE, readPngChunks } from './metadata/png-chunks.js';
import type { Probe } from './picture-facts.js';

const STRICT = { failOn: 'error', limitInputPixels: MAX_PICTURE_PIXELS } as const;

/**
 * The picture as bytes that sharp decodes into the right colours: its own, unless it is of a kind that sharp cannot
 * read, or has a profile in a form that sharp overlooks.
 *
 * @throws UnreadablePictureError, FalEditError (input): a HEIC picture cannot be decoded, or libheif is not installed
 */
export function decodable(
  bytes: Uint8Array,
  probe: Probe,
  signal?: AbortSignal,
): Uint8Array | Promise<Uint8Array> {
  const { format, alpha, profile, profileIsMade, flaw, bits, colour, float } = probe;
  const made = profileIsMade ? profile : undefined;
  switch (format) {
    case 'heic':
      return heicToTiff(bytes, profile, signal);
    case 'avif':
      return made === undefined ? asStillAvif(bytes) : asTaggedPng(asStillAvif(bytes), made, probe);
    case 'jpeg':
      return flaw === undefined ? bytes : mendedJpeg(bytes);
    case 'png':
      return made === undefined ? bytes : withProfile(flaw === undefined ? bytes : withIend(bytes), made);
    case 'gif':
      return onItsCanvas(flaw === undefined ? bytes : mendedGif(bytes), probe);
    case 'tiff':
      if (colour === 'lab' && !float && bits <= 16) return labAsPng(bytes, probe, STRICT);
      return alpha ? bytes : withoutExtraSamples(bytes, probe);
    default:
      return bytes;
  }
}

/** libvips refuses an animated AVIF by its brand, though its still picture is like any other. */
function asStillAvif(bytes: Uint8Array): Uint8Array {
  const BRAND_AT = 8;
  if (!startsWith(bytes, 'avis', BRAND_AT)) return bytes;
  const still = Buffer.from(bytes);
  still.write('avif', BRAND_AT, 'latin1');
  return still;
}

/** The numbers of an AVIF with a profile that says what they mean. */
async function asTaggedPng(bytes: Uint8Array, profile: Uint8Array, probe: Probe): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const options = { ...STRICT, ignoreIcc: true };
  const space = numbersOf(probe) ?? 'srgb';
  const png = await sharp(bytes, options).toColourspace(space).png({ compressionLevel: 1 }).toBuffer();
  return withProfile(png, profile);
}

/** A GIF whose first frame leaves a part of its screen empty: transparent in a browser, black in libvips. */
async function onItsCanvas(bytes: Uint8Array, screen: Probe): Promise<Uint8Array> {
  if (!screen.alpha) return bytes;
  const { default: sharp } = await import('sharp');
  const picture = sharp(bytes, STRICT);
  // With a transparent colour libvips is right.
  if ((await picture.metadata()).hasAlpha) return bytes;
  const { left, top, ...frame } = firstFrame(bytes);
  const width = Math.min(frame.width, screen.width - left);
  const height = Math.min(frame.height, screen.height - top);
  const isOutside = width <= 0 || height <= 0;
  const part = isOutside ? { left: 0, top: 0, width: 1, height: 1 } : { left, top, width, height };
  return picture
    .extract(part)
    .ensureAlpha(isOutside ? 0 : 1)
    .extend({
      ...{ left: part.left, right: screen.width - part.left - part.width },
      ...{ top: part.top, bottom: screen.height - part.top - part.height },
      background: { r: 0, g: 0, b: 0, alpha: 0 },
    })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

/** Kinds of numbers in a TIFF, by which sharp is told not to convert them. */
function numbersOf({ colour, bits }: Probe): 'b-w' | 'grey16' | 'srgb' | 'rgb16' | 'cmyk' | undefined {
  if (colour === 'grey') return bits > 8 ? 'grey16' : 'b-w';
  if (colour === 'rgb') return bits > 8 ? 'rgb16' : 'srgb';
  return colour === 'cmyk' && bits === 8 ? 'cmyk' : undefined;
}

/** A TIFF without samples of no known meaning, such as saved selections, which sharp takes for alpha. */
async function withoutExtraSamples(bytes: Uint8Array, probe: Probe): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const space = numbersOf(probe);
  const picture = sharp(bytes, { ...STRICT, ignoreIcc: true });
  if (space === undefined || !(await picture.metadata()).hasAlpha) return bytes;
  return picture
    .pipelineColourspace(space)
    .removeAlpha()
    .keepIccProfile()
    .toColourspace(space)
    .tiff({ compression: 'none' })
    .toBuffer();
}

const withIend = (bytes: Uint8Array) => Buffer.concat([bytes, pngChunk('IEND', Buffer.alloc(0))]);

/** Chunks that say what the colours of a PNG mean. */
const COLOUR_CHUNKS = new Set(['cICP', 'iCCP', 'sRGB', 'gAMA', 'cHRM']);

/** A PNG with the profile in place of its other colour chunks, of which sharp reads only iCCP. */
function withProfile(bytes: Uint8Array, profile: Uint8Array): Uint8Array {
  const chunks = [...readPngChunks(bytes)];
  const [header, ...others] = chunks.filter(({ type }) => !COLOUR_CHUNKS.has(type));
  if (header === undefined) return bytes;
  const name = Buffer.from('profile\0\0', 'latin1');
  return Buffer.concat([
    Buffer.from(PNG_SIGNATURE, 'latin1'),
    bytes.subarray(header.start, header.end),
    pngChunk('iCCP', Buffer.concat([name, deflateSync(profile)])),
    ...others.map(({ start, end }) => bytes.subarray(start, end)),
  ]);
}

function pngChunk(type: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}
