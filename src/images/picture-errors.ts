/**
 * Why bytes are not a picture that can be used. `problem` is the predicate of a sentence whose subject the
 * caller knows ("is not a picture: it looks like text"), without a full stop.
 */
export abstract class PictureError extends Error {
  constructor(readonly problem: string) {
    super(`The file ${problem}.`);
  }
}

/** Not a picture, or a format that is recognised but not read. */
export class NotAPictureError extends PictureError {
  override readonly name = 'NotAPictureError';

  constructor(
    problem: string,
    /** It is one for people, of a kind that is not read here: BMP, SVG, a camera's raw file, … */
    readonly isPicture = false,
  ) {
    super(problem);
  }
}

/** A picture by its first bytes, but cut short or broken. */
export class DamagedPictureError extends PictureError {
  override readonly name = 'DamagedPictureError';
}

/** The value, or null where the bytes are not a picture that can be decoded. */
export async function visible<T>(read: () => T | Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PictureError) return null;
    throw error;
  }
}
