import { inputFieldError, messageOf } from '../errors/error.js';
import { requireSharp } from '../native-parts.js';
import { MAX_PICTURE_PIXELS } from './limits.js';
import type { Conversion } from './upload-plan.js';

/** A picture encoded anew: its first frame, upright, sRGB. */
export interface Converted {
  bytes: Uint8Array;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
}

export const DAMAGED_HINT = 'Get a complete copy of it, or open it and save it again.';

/**
 * Decodes the first frame, turns it by its EXIF orientation, and encodes it anew without metadata. sharp is
 * loaded only here: it costs 70 ms, which an unchanged picture need not pay.
 *
 * @param where the user's name for the field, for messages
 * @param subject the file, for messages
 * @throws FalEditError kind `input` if sharp cannot decode it
 */
export async function convertPicture(
  bytes: Uint8Array,
  { format }: Conversion,
  where: string,
  subject: string,
): Promise<Converted> {
  await requireSharp();
  const { default: sharp } = await import('sharp');
  try {
    const upright = sharp(bytes, { failOn: 'warning', limitInputPixels: MAX_PICTURE_PIXELS })
      .autoOrient()
      .toColourspace('srgb');
    const encoded =
      format === 'jpeg' ? upright.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }) : upright.png();
    const { data, info } = await encoded.toBuffer({ resolveWithObject: true });
    return { bytes: data, width: info.width, height: info.height };
  } catch (error) {
    const [reason] = messageOf(error).split('\n', 1);
    throw inputFieldError(
      where,
      `${subject} is damaged: it cannot be decoded (${reason ?? 'no reason given'}).`,
      {
        hint: DAMAGED_HINT,
        origin: error,
      },
    );
  }
}
