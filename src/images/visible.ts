import { PictureError } from './picture-errors.js';

/** What is seen, or null where the bytes are no picture that can be decoded. */
export async function visible<T>(look: () => T | Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof PictureError) return null;
    throw error;
  }
}
