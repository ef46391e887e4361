import { inflateSync } from 'node:zlib';

/** Far more than a profile or a description has; limits what a few bytes of a hostile file can become. */
const MAX_INFLATED = 8 * 1024 * 1024;

/** Inflates an annotation of a picture; undefined if it is broken or far too large, as viewers ignore it then. */
export function inflated(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_INFLATED });
  } catch {
    return undefined;
  }
}
