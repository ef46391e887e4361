import { InterruptedError } from '../../errors/error.js';
import { pixelsOf, type Pixels } from '../../images/pixels.js';
import { visible } from '../../images/picture-errors.js';
import { once } from '../../models/once.js';
import type { Dimensions } from '../../models/request.js';

/** Draws the picture that was edited at a size; null where it is not here or cannot be decoded. */
export type DrawInput = (size: Dimensions) => Promise<Pixels | null>;

/**
 * Reads the input at most once, and decodes it once for all the pictures of a size: those of one result are alike.
 * To keep its pixels in full would take hundreds of megabytes for a large one.
 */
export function inputDrawer(input: (() => Promise<Uint8Array>) | undefined): DrawInput {
  const bytes = once(async () => (await input?.().catch(nullUnlessInterrupted)) ?? null);
  const drawn = new Map<string, Promise<Pixels | null>>();
  const draw: DrawInput = async (size) => {
    const read = await bytes();
    return read === null ? null : await visible(() => pixelsOf(read, size));
  };
  return (size) => {
    const name = `${size.width}x${size.height}`;
    const known = drawn.get(name) ?? draw(size);
    drawn.set(name, known);
    return known;
  };
}

/** A picture that was paid for is not lost for an input that has gone since; a run that is stopped is. */
function nullUnlessInterrupted(error: unknown): null {
  if (error instanceof InterruptedError) throw error;
  return null;
}
