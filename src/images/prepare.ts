import { type FalEditError, inputFieldError } from '../errors/error.js';
import type { Dimensions } from '../models/request.js';
import { sha256Of } from '../sha256.js';
import { MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS, MAX_PICTURE_SIZE } from './limits.js';
import { withoutMetadata } from './metadata/cut.js';
import { uploadName } from './names.js';
import { asInputError } from './picture-errors.js';
import { uprightSize } from './picture-facts.js';
import { checkPngData } from './png-data.js';
import { probePicture, type PictureFormat, type Probe } from './probe.js';
import { extensionOf } from './received.js';
import type { BytesSource } from './sources.js';
import { conversionWords, losses, passingFormat } from './upload-plan.js';
import { type SizeLimits, uploadSize } from './upload-size.js';

/** A picture ready for upload: one that a plain reader sees as a person does, unless it is sent as it is. */
export interface Picture {
  /** Its name in messages. */
  label: string;
  /** Base name without extension, for output templates. */
  name: string;
  bytes: Uint8Array;
  format: PictureFormat;
  contentType: string;
  /** Pixels of the uploaded picture, upright. */
  width: number;
  /** Pixels of the uploaded picture, upright. */
  height: number;
  /** Hex digest of {@link bytes}. */
  sha256: string;
  /** Hex digest of the user's own bytes. */
  sourceSha256: string;
  /** Facts of the user's own file. */
  probe: Probe;
  /** Safe in any URL or header: ASCII, with the extension of {@link format}. */
  fileName: string;
  /** Warnings to show before the edit. */
  warnings: string[];
  /** Changes made to it, in a few words; absent if its pixels are the file's own. */
  converted?: string;
  /**
   * A check of its pixels that goes on in the thread pool; absent if there is none. Rejects with a FalEditError (input)
   * if they are damaged: wait for it before anything is sent.
   */
  checked?: Promise<void>;
}

/**
 * Version of how pictures are prepared. Raise it when uploads of the same file change, so that what is cached of them
 * is made anew.
 */
export const PREPARATION = 1;

/** How a picture is uploaded. */
export interface UploadOptions extends SizeLimits {
  /** Colour behind transparent pixels: '#rrggbb', white by default. */
  background?: string | undefined;
  /** Whether the bytes are sent untouched, metadata and all. */
  asIs?: boolean | undefined;
  /** Whether a picture that is smaller than the minimum is enlarged instead of being refused. */
  upscale?: boolean | undefined;
  /** Stops a conversion. */
  signal?: AbortSignal | undefined;
}

/** A picture on its way to an upload. */
interface Upload {
  source: BytesSource;
  probe: Probe;
  upright: Dimensions;
  options: UploadOptions;
}

/**
 * Prepares a picture for upload. One that a model sees as a person does keeps its pixels; only its metadata is cut out.
 * Any other is encoded anew in 8-bit sRGB (see upload-plan.ts).
 *
 * @param where the user's name for the field ("--image"); each message starts with it
 * @throws FalEditError kind `input`: not a picture, damaged, an unsupported format, more than 100
 * megapixels, too small for the model, or more than 50 MB once converted
 */
export async function preparePicture(
  source: BytesSource,
  where: string,
  options: UploadOptions = {},
): Promise<Picture> {
  const subject = labelOf(source);
  const refuse = (problem: string, hint?: string) =>
    inputFieldError(where, `${subject} ${problem}.`, { hint });
  const inWords = (text: string) => `${where}: ${subject} ${text}`;
  try {
    const probe = probePicture(source.bytes);
    const upright = uprightSize(probe);
    if (options.asIs === true) return asItIs({ source, probe, upright, options }, refuse, inWords);
    if (probe.width * probe.height > MAX_PICTURE_PIXELS) {
      throw refuse(`is ${probe.width}x${probe.height}: more than 100 megapixels`, 'Make it smaller first.');
    }
    const size = uploadSize(upright, options);
    const isTooSmall = size.width > upright.width || size.height > upright.height;
    if (isTooSmall && options.upscale !== true) {
      throw refuse(
        `is ${upright.width}x${upright.height}, too small for the model, which needs at least ${size.width}x${size.height} in this shape`,
        'Enlarge it with --upscale-input.',
      );
    }
    const upload = { source, probe, upright, options };
    const isTransparent = probe.alpha && (await hasTransparency(upload));
    const isResized = size.width !== upright.width || size.height !== upright.height;
    const passed = isTransparent || isResized ? undefined : passing(upload);
    if (passed !== undefined) return withCheck(passed, upload, where, subject);
    const picture = await converted(upload, size, isTransparent);
    if (picture.bytes.length > MAX_PICTURE_BYTES) {
      throw refuse(
        `is larger than ${MAX_PICTURE_SIZE} once converted (${picture.converted ?? ''})`,
        'Make it smaller first, or reduce it with --max-upload.',
      );
    }
    return { ...picture, warnings: losses(probe).map(inWords) };
  } catch (error) {
    throw asInputError(error, where, subject);
  }
}

type Refuse = (problem: string, hint?: string) => FalEditError;

function asItIs(
  { source, probe, upright }: Upload,
  refuse: Refuse,
  inWords: (text: string) => string,
): Picture {
  if (source.bytes.length > MAX_PICTURE_BYTES) {
    throw refuse(`is larger than ${MAX_PICTURE_SIZE}`, 'Leave out --upload-as-is, and it is converted.');
  }
  const picture = seal(source, probe, { bytes: source.bytes, format: probe.format, ...upright });
  return { ...picture, warnings: [inWords('is sent as it is, with all of its metadata.')] };
}

async function hasTransparency({ source, probe, options: { signal } }: Upload): Promise<boolean> {
  const { isOpaque } = await import('./convert.js');
  return !(await isOpaque(source.bytes, probe, signal));
}

/** The picture with its own pixels; undefined if the rule for uploads does not let it pass. */
function passing({ source, probe, upright }: Upload): Picture | undefined {
  const format = passingFormat(probe);
  if (format === undefined) return undefined;
  const bytes = withoutMetadata(source.bytes, format);
  return bytes.length > MAX_PICTURE_BYTES ? undefined : seal(source, probe, { bytes, format, ...upright });
}

/** Decoders of JPEG and WebP show what they can; those of PNG show nothing. */
function withCheck(picture: Picture, { source }: Upload, where: string, subject: string): Picture {
  if (picture.format !== 'png') return picture;
  const checked = checkPngData(source.bytes).catch((error: unknown) => {
    throw asInputError(error, where, subject);
  });
  // A plan that is refused for another reason does not wait for it.
  checked.catch(() => undefined);
  return { ...picture, checked };
}

/** sharp, which takes 70 ms to load, is loaded only here: a picture that passes need not pay for it. */
async function converted(
  { source, probe, upright, options: { background = '#ffffff', signal } }: Upload,
  size: Dimensions,
  isTransparent: boolean,
): Promise<Picture> {
  const { convertPicture } = await import('./convert.js');
  const result = await convertPicture(source.bytes, probe, {
    ...{ background, signal, upright, size, isTransparent },
  });
  return { ...seal(source, probe, result), converted: conversionWords(probe, upright, result) };
}

/** Label in messages. stdin and data: URIs have no name to quote. */
function labelOf({ origin, label }: BytesSource): string {
  return origin !== 'file' || label.startsWith('"') ? label : `"${label}"`;
}

function seal(
  { label, name, bytes: source }: BytesSource,
  probe: Probe,
  { bytes, format, width, height }: Pick<Picture, 'bytes' | 'format' | 'width' | 'height'>,
): Picture {
  const sha256 = sha256Of(bytes);
  return {
    label,
    name,
    bytes,
    format,
    contentType: `image/${format}`,
    width,
    height,
    sha256,
    probe,
    sourceSha256: bytes === source ? sha256 : sha256Of(source),
    fileName: uploadName(name, extensionOf(format)),
    warnings: [],
  };
}
