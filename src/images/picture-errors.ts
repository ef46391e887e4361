import { type FalEditError, inputFieldError } from '../errors/error.js';

/**
 * Reason why bytes are not a usable picture. `problem` is the predicate of a sentence whose subject the
 * caller knows ("is not a picture: it looks like text"), without a full stop.
 */
export abstract class PictureError extends Error {
  constructor(readonly problem: string) {
    super(`The file ${problem}.`);
  }
}

/** Not a picture, or a format that is recognised but not supported. */
export class NotAPictureError extends PictureError {
  override readonly name = 'NotAPictureError';

  constructor(
    problem: string,
    /** How to make a supported picture of it; undefined if it is no picture of any kind. */
    readonly hint?: string,
  ) {
    super(problem);
  }
}

/** A picture by its first bytes, but truncated or broken. */
export class DamagedPictureError extends PictureError {
  override readonly name = 'DamagedPictureError';
}

/** A picture of a supported format that cannot be decoded, though it may not be damaged. */
export class UnreadablePictureError extends PictureError {
  override readonly name = 'UnreadablePictureError';

  constructor(
    problem: string,
    /** The next step, if it is not the usual one. */
    readonly hint?: string,
  ) {
    super(problem);
  }
}

/** The value, or null if the bytes are not a picture that can be decoded. */
export async function visible<T>(read: () => T | Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PictureError) return null;
    throw error;
  }
}

const ALLOWED = 'Supported: PNG, JPEG, WebP, GIF, AVIF, HEIC, TIFF.';

const DAMAGED_HINT = 'Get a complete copy of it, or open it and save it again.';

/**
 * A {@link PictureError} as the user gets to see it; any other error unchanged.
 *
 * @param where the user's name for the field, e.g. "--image"
 * @param subject the file, as in a sentence
 */
export function asInputError(error: unknown, where: string, subject: string): unknown {
  if (!(error instanceof PictureError)) return error;
  const refused = (text: string, hint: string | undefined): FalEditError =>
    inputFieldError(where, `${subject} ${text}`, { hint, origin: error });
  if (error instanceof NotAPictureError) {
    return refused(`${error.problem}. ${ALLOWED}`, error.hint);
  }
  const hint = error instanceof UnreadablePictureError ? error.hint : undefined;
  return refused(`${error.problem}.`, hint ?? DAMAGED_HINT);
}
