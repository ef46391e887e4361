/*
 * Decodes pictures as a person sees them. Everything that looks at pixels goes through here: uploads, measures,
 * thumbnails and previews must all see the same picture.
 */
import type { Sharp, SharpOptions } from 'sharp';
import { FalEditError, messageOf } from '../errors/error.js';
import type { Dimensions } from '../models/request.js';
import { requireSharp } from '../native-parts.js';
import { decodable } from './decodable.js';
import { startsWith } from './formats/byte-view.js';
import { MAX_PICTURE_PIXELS } from './limits.js';
import { DamagedPictureError, PictureError, UnreadablePictureError } from './picture-errors.js';
import type { Probe } from './picture-facts.js';

export interface Decoding {
  /** Colour behind transparent pixels, e.g. '#ffffff', which is the default; 'none' keeps the alpha channel. */
  background?: string;
  /** Size of the upright picture; its own by default. */
  size?: Dimensions & {
    /** Whether the shape changes to fill the size, or stays, so that the picture fits inside. */
    fit: 'fill' | 'inside';
    /** Whether a picture that fits inside is enlarged. */
    enlarge?: boolean;
    /**
     * Whether a decoder may shrink, which is faster; pictures of different formats then differ slightly. Default true.
     */
    fast?: boolean;
  };
  signal?: AbortSignal | undefined;
}

const WHITE = '#ffffff';

/**
 * Decodes a picture: its first frame or page, upright, in 8-bit sRGB, on a background. Only a few are decoded at a
 * time, so do not call it from within `use`.
 *
 * @param use encodes the picture or reads its pixels
 * @throws PictureError: it cannot be decoded
 * @throws FalEditError (input): a package that it needs is not installed
 */
export async function decoded<T>(
  bytes: Uint8Array,
  probe: Probe,
  use: (picture: Sharp) => Promise<T>,
  { background = WHITE, size, signal }: Decoding = {},
): Promise<T> {
  return inTurn(probe, () =>
    decoding(bytes, probe, signal, (open) => {
      // A profile that viewers ignore is not in the probe.
      let picture = open({ ignoreIcc: probe.profile === undefined });
      const space = workingSpace(probe);
      if (space !== undefined) picture = picture.pipelineColourspace(space);
      if (background !== 'none') picture = picture.flatten({ background });
      if (size !== undefined) picture = resized(picture, probe, size);
      return use(upright(picture, probe).toColourspace('srgb'));
    }),
  );
}

/** Whether every pixel is opaque, in a picture that has alpha or a transparent colour. @throws as {@link decoded} */
export async function isOpaque(bytes: Uint8Array, probe: Probe, signal?: AbortSignal): Promise<boolean> {
  return inTurn(probe, () =>
    decoding(bytes, probe, signal, async (open) => {
      const alpha = await open({ ignoreIcc: true }).ensureAlpha().extractChannel('alpha').raw().toBuffer();
      const whole = Buffer.alloc(64 * 1024, 0xff);
      for (let at = 0; at < alpha.length; at += whole.length) {
        const part = alpha.subarray(at, at + whole.length);
        if (!part.equals(whole.subarray(0, part.length))) return false;
      }
      return true;
    }),
  );
}

/** Opens the picture as sharp reads it. */
type Open = (options: SharpOptions) => Sharp;

/** Decodes the bytes in the way that suits them. @throws as {@link decoded} */
async function decoding<T>(
  bytes: Uint8Array,
  probe: Probe,
  signal: AbortSignal | undefined,
  use: (open: Open) => Promise<T>,
): Promise<T> {
  refuseUnreadable(probe);
  signal?.throwIfAborted();
  await requireSharp();
  const { default: sharp } = await import('sharp');
  try {
    const input = await decodable(bytes, probe, signal);
    // 'error' tolerates what every viewer does, 'warning' nothing.
    const run = (failOn: 'error' | 'warning') =>
      use((options) => sharp(input, { failOn, limitInputPixels: MAX_PICTURE_PIXELS, ...options }));
    if (probe.format !== 'jpeg' || probe.flaw === undefined) return await run('error');
    return await run('warning').catch((error: unknown) => {
      // It may be cut short, which a tolerant decoder overlooks if there is an end marker, as there is now.
      if (messageOf(error).includes('premature end')) throw error;
      return run('error');
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw asPictureError(error);
  }
}

/** Kinds that sharp decodes into wrong colours without a word. */
function refuseUnreadable({ format, float, bits, colour }: Probe): void {
  if (format !== 'tiff' || colour === 'lab' || (!float && bits <= 16)) return;
  const kind = float ? 'a floating-point TIFF' : `a TIFF of ${bits} bits per channel`;
  throw new UnreadablePictureError(
    `is ${kind}, which does not say which of its numbers is white`,
    'Export it as an 8-bit or 16-bit TIFF or PNG first.',
  );
}

/** Messages of libvips about files that are damaged, rather than of a kind that it cannot decode. */
const DAMAGE = /premature|corrupt|truncat|unexpected end|read error|cut short|bad |invalid|crc|out of data/i;

function asPictureError(error: unknown): unknown {
  if (error instanceof PictureError || error instanceof FalEditError) return error;
  const message = messageOf(error);
  // What libjpeg says, of which there are two versions.
  if (/premature end/i.test(message)) return new DamagedPictureError('is damaged: the JPEG is cut short');
  const [reason = ''] = message.split('\n', 1);
  return DAMAGE.test(message)
    ? new DamagedPictureError(`is damaged: it cannot be decoded (${reason})`)
    : new UnreadablePictureError(`cannot be decoded (${reason})`);
}

/**
 * Colour space in which sharp must work to come to the right 8-bit sRGB. Left to itself it takes 16-bit numbers for
 * Display P3, and ignores the profile of 16-bit grey. Undefined where its own choice is right: naming one would keep
 * the JPEG decoder from shrinking.
 */
function workingSpace({ colour, bits, profile }: Probe): 'srgb' | 'b-w' | undefined {
  if (colour === 'cmyk' || colour === 'lab') return undefined;
  if (colour === 'grey' && (bits > 8 || profile !== undefined)) return isOfRgb(profile) ? 'srgb' : 'b-w';
  return bits > 8 ? 'srgb' : undefined;
}

/** Whether an ICC profile describes red, green and blue: a grey picture with it has equal parts of them. */
const isOfRgb = (profile: Uint8Array | undefined) => profile !== undefined && startsWith(profile, 'RGB ', 16);

/** Resizes a picture as it is stored: turning a large one first would take more memory and time. */
function resized(picture: Sharp, { orientation }: Probe, size: NonNullable<Decoding['size']>): Sharp {
  const { width, height, fit, enlarge = false, fast = true } = size;
  const [across, down] = orientation > 4 ? [height, width] : [width, height];
  const withoutEnlargement = fit === 'inside' && !enlarge;
  return picture.resize(across, down, { fit, withoutEnlargement, fastShrinkOnLoad: fast });
}

/** Turns a picture by its EXIF orientation; sharp mirrors before it turns. */
function upright(picture: Sharp, { orientation }: Probe): Sharp {
  switch (orientation) {
    case 2:
      return picture.flop();
    case 3:
      return picture.rotate(180);
    case 4:
      return picture.flip();
    case 5:
      return picture.flop().rotate(270);
    case 6:
      return picture.rotate(90);
    case 7:
      return picture.flop().rotate(90);
    case 8:
      return picture.rotate(270);
    default:
      return picture;
  }
}

/** Pixels that are decoded at a time: two photos of 24 megapixels, or one that is larger. */
const PIXELS_AT_ONCE = 48_000_000;
/** A small picture counts as this many pixels, since each needs memory of its own. */
const LEAST_PIXELS = 4_000_000;

let pixelsInUse = 0;
const waiting: { pixels: number; start: () => void }[] = [];

/** Runs work on a picture when there is memory for it, in the order of the calls. */
async function inTurn<T>({ width, height }: Probe, work: () => Promise<T>): Promise<T> {
  const pixels = Math.min(Math.max(width * height, LEAST_PIXELS), PIXELS_AT_ONCE);
  await new Promise<void>((start) => {
    waiting.push({ pixels, start });
    startWaiting();
  });
  try {
    return await work();
  } finally {
    pixelsInUse -= pixels;
    startWaiting();
  }
}

function startWaiting(): void {
  for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
    if (pixelsInUse + next.pixels > PIXELS_AT_ONCE) return;
    waiting.shift();
    pixelsInUse += next.pixels;
    next.start();
  }
}
