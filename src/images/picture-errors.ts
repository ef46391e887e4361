/**
 * Reason why bytes are not a usable picture. `problem` is the predicate of a sentence whose subject the
 * caller knows ("is not a picture: it looks like text"), without a full stop.
 */
export abstract class PictureError extends Error {
  constructor(readonly problem: string) {
    super(`The file ${problem}.`);
  }
}

export const SAVE_AGAIN = 'Save it as PNG or JPEG first.';

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
