/* What a result takes over from its input: the input's parts are cut out before the edit, and applied after it. */
import type { Sharp } from 'sharp';
import type { Dimensions } from '../models/request.js';
import type { FinishSpec } from '../ledger/job.js';
import type { KeptParts } from '../ledger/kept-inputs.js';
import { profileFacts } from './colour/icc.js';
import { decoded, isOpaque } from './decode.js';
import { keptMetadata, withMetadata } from './metadata/kept.js';
import { probePicture, type Probe } from './probe.js';

/**
 * Cuts out of an input what finishing its results needs.
 *
 * @throws PictureError: it cannot be decoded
 */
export async function partsOf(bytes: Uint8Array, { alpha, icc, metadata }: FinishSpec): Promise<KeptParts> {
  const probe = probePicture(bytes);
  const isTransparent = alpha === true && probe.alpha && !(await isOpaque(bytes, probe));
  return {
    alpha: isTransparent ? await alphaOf(bytes, probe) : undefined,
    icc: icc === true ? probe.profile : undefined,
    metadata: metadata === undefined ? undefined : await keptMetadata(bytes, probe.format, metadata),
  };
}

/** The transparency of a picture: a grey PNG, upright. */
function alphaOf(bytes: Uint8Array, probe: Probe): Promise<Uint8Array> {
  return decoded(
    bytes,
    probe,
    (picture) => picture.extractChannel('alpha').toColourspace('b-w').png().toBuffer(),
    {
      background: 'none',
    },
  );
}

/** A result with what it takes over, and what it could not. */
export interface FinishedPicture {
  bytes: Uint8Array;
  /** One sentence each. */
  warnings: string[];
}

/**
 * Applies the parts of the input to a result. It is encoded again only if its pixels change.
 *
 * @param profileFile path of the file with `parts.icc`
 * @throws PictureError: the result cannot be decoded
 */
export async function finishedPicture(
  received: Uint8Array,
  parts: KeptParts,
  profileFile: string,
): Promise<FinishedPicture> {
  const probe = probePicture(received);
  const warnings: string[] = [];
  const profile = rgbProfile(parts, warnings);
  const alpha = parts.alpha === undefined ? undefined : fittingAlpha(parts.alpha, probe, warnings);
  const isChanged = alpha !== undefined || profile;
  const bytes = isChanged
    ? await encodedAgain(received, probe, alpha, profile ? profileFile : undefined, warnings)
    : received;
  if (parts.metadata === undefined) return { bytes, warnings };
  const { format } = probePicture(bytes);
  if (format !== 'png' && format !== 'jpeg' && format !== 'webp') {
    return { bytes, warnings: [...warnings, `A ${format.toUpperCase()} file does not take the metadata.`] };
  }
  const done = withMetadata(bytes, format, parts.metadata);
  return { bytes: done.bytes, warnings: [...warnings, ...done.warnings] };
}

/** Whether the result is to be converted to the profile. */
function rgbProfile({ icc }: KeptParts, warnings: string[]): boolean {
  const facts = icc === undefined ? undefined : profileFacts(icc);
  if (facts === undefined) return false;
  if (facts.space === 'rgb') return true;
  warnings.push(
    `--icc: the input's profile (${facts.name}) is not for RGB, so the result was saved in sRGB as fal returned it.`,
  );
  return false;
}

/** Differences of the sides' ratio up to this count as rounding. */
const SHAPE_TOLERANCE = 0.02;

function fittingAlpha(alpha: Uint8Array, result: Dimensions, warnings: string[]): Uint8Array | undefined {
  const mask = probePicture(alpha);
  const ratio = (mask.width / mask.height) * (result.height / result.width);
  if (Math.abs(ratio - 1) <= SHAPE_TOLERANCE) return alpha;
  warnings.push(
    `--alpha: the result (${sizeText(result)}) has another shape than the input (${sizeText(mask)}), so its transparency was not put back.`,
  );
  return undefined;
}

const sizeText = ({ width, height }: Dimensions) => `${width}x${height}`;

async function encodedAgain(
  received: Uint8Array,
  probe: Probe,
  alpha: Uint8Array | undefined,
  profileFile: string | undefined,
  warnings: string[],
): Promise<Uint8Array> {
  // Without transparency of the input, a result keeps its own.
  const background = alpha === undefined ? { background: 'none' } : {};
  const { data, info } = await decoded(
    received,
    probe,
    (picture) => picture.raw().toBuffer({ resolveWithObject: true }),
    background,
  );
  const { width, height } = info;
  const { default: sharp } = await import('sharp');
  const transparency =
    alpha === undefined
      ? undefined
      : await decoded(alpha, probePicture(alpha), (mask) =>
          mask.resize(width, height, { fit: 'fill' }).extractChannel(0).raw().toBuffer(),
        );
  const pixels = transparency === undefined ? data : interleaved(data, transparency, info.channels);
  const channels = transparency === undefined ? info.channels : 4;
  const picture = sharp(pixels, { raw: { width, height, channels } });
  const tagged = profileFile === undefined ? picture : picture.withIccProfile(profileFile);
  if (probe.bits > 8) warnings.push(`The result has ${probe.bits} bits per channel; it was saved with 8.`);
  if (transparency !== undefined && probe.format === 'jpeg') {
    warnings.push('--alpha: fal returned a JPEG, which cannot be transparent, so it was saved as PNG.');
  }
  return encoded(tagged, probe, transparency !== undefined).toBuffer();
}

/** The format of the result, unless it cannot be transparent. */
function encoded(picture: Sharp, { format, lossy }: Probe, isTransparent: boolean): Sharp {
  if (format === 'jpeg' && !isTransparent) return picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' });
  if (format === 'webp') return picture.webp(lossy ? { quality: 95 } : { lossless: true });
  return picture.png();
}

/** Red, green, blue and alpha of each pixel. */
function interleaved(colours: Uint8Array, alpha: Uint8Array, channels: number): Uint8Array {
  const pixels = new Uint8Array(alpha.length * 4);
  for (let at = 0; at < alpha.length; at++) {
    const from = at * channels;
    // A grey picture has one channel for all three.
    const [green, blue] = channels < 3 ? [from, from] : [from + 1, from + 2];
    pixels[at * 4] = colours[from] ?? 0;
    pixels[at * 4 + 1] = colours[green] ?? 0;
    pixels[at * 4 + 2] = colours[blue] ?? 0;
    pixels[at * 4 + 3] = alpha[at] ?? 0;
  }
  return pixels;
}
