import { inputFieldError } from '../errors/error.js';
import { sha256Of } from '../sha256.js';
import { convertPicture, DAMAGED_HINT } from './convert.js';
import { MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS, MAX_PICTURE_SIZE } from './limits.js';
import { uploadName } from './names.js';
import { NotAPictureError, PictureError } from './picture-errors.js';
import { probePicture, type Probe } from './probe.js';
import type { BytesSource } from './sources.js';
import { planUpload, type UploadFormat } from './upload-plan.js';

/** A picture ready for upload: upright, still, in a format that both models accept. */
export interface Picture {
  /** Its name in messages. */
  label: string;
  /** Base name without extension, for output templates. */
  name: string;
  bytes: Uint8Array;
  format: UploadFormat;
  contentType: string;
  /** Pixels of the uploaded picture. */
  width: number;
  /** Pixels of the uploaded picture. */
  height: number;
  /** Hex digest of {@link bytes}. */
  sha256: string;
  /** Hex digest of the user's own bytes. */
  sourceSha256: string;
  /** Safe in any URL or header: ASCII, with the extension of {@link format}. */
  fileName: string;
  /** Warnings to show before the edit. */
  warnings: string[];
  /** How it was converted, in a few words; absent if the bytes are the user's own. */
  converted?: string;
}

const EXTENSIONS = { png: 'png', jpeg: 'jpg', webp: 'webp' } as const satisfies Record<UploadFormat, string>;

const ALLOWED = 'Supported: PNG, JPEG, WebP, GIF, AVIF, TIFF.';

/**
 * Prepares a picture for upload: PNG, JPEG and WebP stay unchanged; a picture that a model could misread (EXIF
 * orientation, CMYK) or may not accept (GIF, AVIF, TIFF, animations) is converted.
 *
 * @param where the user's name for the field ("--image"); each message starts with it
 * @throws FalEditError kind `input`: not a picture, damaged, an unsupported format, more than 100
 * megapixels, or more than 50 MB once converted
 */
export async function preparePicture(source: BytesSource, where: string): Promise<Picture> {
  const subject = labelOf(source);
  const probe = probeSource(source.bytes, where, subject);
  const plan = planUpload(probe);
  if (plan.action === 'refuse') {
    throw inputFieldError(where, `${subject} ${plan.problem}. ${ALLOWED}`, { hint: plan.hint });
  }
  if (probe.width * probe.height > MAX_PICTURE_PIXELS) {
    throw inputFieldError(where, `${subject} is ${probe.width}x${probe.height}: more than 100 megapixels.`, {
      hint: 'Make it smaller first.',
    });
  }
  if (plan.action === 'pass') return seal(source, { ...probe, format: plan.format, bytes: source.bytes });

  const result = await convertPicture(source.bytes, plan, where, subject);
  if (result.bytes.length > MAX_PICTURE_BYTES) {
    throw inputFieldError(
      where,
      `${subject} is larger than ${MAX_PICTURE_SIZE} once converted (${plan.converted}).`,
      {
        hint: 'Make it smaller first.',
      },
    );
  }
  const picture = seal(source, { ...result, format: plan.format });
  const warnings = plan.warning === undefined ? [] : [`${where}: ${subject} ${plan.warning}`];
  return { ...picture, warnings, converted: plan.converted };
}

/** Label in messages. stdin and data: URIs have no name to quote. */
function labelOf({ origin, label }: BytesSource): string {
  return origin !== 'file' || label.startsWith('"') ? label : `"${label}"`;
}

function probeSource(bytes: Uint8Array, where: string, subject: string): Probe {
  try {
    return probePicture(bytes);
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    if (error instanceof NotAPictureError) {
      const hint = error.isPicture ? 'Save it as PNG or JPEG first.' : undefined;
      throw inputFieldError(where, `${subject} ${error.problem}. ${ALLOWED}`, { hint, origin: error });
    }
    throw inputFieldError(where, `${subject} ${error.problem}.`, { hint: DAMAGED_HINT, origin: error });
  }
}

function seal(
  { label, name, bytes: source }: BytesSource,
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
    sourceSha256: bytes === source ? sha256 : sha256Of(source),
    fileName: uploadName(name, EXTENSIONS[format]),
    warnings: [],
  };
}
