import type { Context } from '../context.js';
import { blockPictures } from './preview/blocks.js';
import { fileFrame } from './preview/frame.js';
import { itermPicture } from './preview/iterm.js';
import { kittyPicture } from './preview/kitty.js';
import { namesLine } from './preview/names.js';
import type { PictureProtocol } from './preview/protocol.js';
import { slotsFor, type PreviewSize, type Slots } from './preview/slots.js';

export { pictureProtocol, type PictureProtocol } from './preview/protocol.js';
export type { PreviewSize } from './preview/slots.js';

/** A picture of a preview. */
export interface PreviewPicture {
  /** Absolute. */
  path: string;
  /** Text below the picture. It may come from outside and is made safe. */
  name: string;
}

/**
 * Text that shows pictures side by side, each with its name below; ends with a newline. Empty for `none`. Half
 * blocks have two pixels per cell of the terminal, which is assumed to be twice as high as wide. A picture that
 * is missing or cannot be decoded leaves its space empty. Pictures without room are left out.
 *
 * @param size the room for all of it; names take one row of it
 * @param env its COLORTERM says whether half blocks may have all colours, or 256
 */
export async function previewText(
  pictures: readonly PreviewPicture[],
  protocol: PictureProtocol,
  size: PreviewSize,
  env: Context['env'],
): Promise<string> {
  const slots = slotsFor(pictures, size);
  if (protocol === 'none' || slots.pictures.length === 0) return '';
  const drawn = await picturesText(protocol, slots, env);
  return `${drawn}${await namesLine(slots)}\n`;
}

function picturesText(
  protocol: Exclude<PictureProtocol, 'none'>,
  slots: Slots<PreviewPicture>,
  env: Context['env'],
): Promise<string> {
  switch (protocol) {
    case 'kitty':
      return fileFrame(slots, kittyPicture);
    case 'iterm':
      return fileFrame(slots, itermPicture);
    case 'blocks':
      return blockPictures(slots, env);
  }
}
