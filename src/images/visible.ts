import { PictureError } from './picture-errors.js';

/** The value, or null where the bytes are not a picture that can be decoded. */
export async function visible<T>(look: () => T | Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof PictureError) return null;
    throw error;
  }
}
