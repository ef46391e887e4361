import type { FilePicture } from './frame.js';

/**
 * The sequence of iTerm2's inline images protocol that shows a PNG at the cursor. It has no name: a name would only
 * be shown while it is sent.
 *
 * https://iterm2.com/documentation-images.html
 */
export function itermPicture({ png, columns, rows }: FilePicture): string {
  const keys = `inline=1;size=${png.length};width=${columns};height=${rows};preserveAspectRatio=1`;
  return `\x1b]1337;File=${keys}:${Buffer.from(png).toString('base64')}\x07`;
}
