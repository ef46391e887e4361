import { InterruptedError } from '../../errors/error.js';
import { pixelsOf, type Pixels } from '../../images/pixels.js';
import { visible } from '../../images/picture-errors.js';
import { once } from '../../models/once.js';
import type { Dimensions } from '../../models/request.js';

/** Draws the input picture at a size; null if it is missing or cannot be decoded. */
export type DrawInput = (size: Dimensions) => Promise<Pixels | null>;

/**
 * Reads the input at most once, and decodes it once per size: the pictures of one result usually have the same size.
 * Keeping all of its pixels could take hundreds of megabytes.
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

/** A missing input must not lose a picture that was paid for, but an interruption must stop the run. */
function nullUnlessInterrupted(error: unknown): null {
  if (error instanceof InterruptedError) throw error;
  return null;
}
