import type { FilePicture } from './frame.js';

/** The most that the protocol allows in one sequence. */
const CHUNK = 4096;

/**
 * The sequences of Kitty's graphics protocol that show a PNG at the cursor, which stays. `q=2`: the terminal
 * does not answer, since only the user's shell would read that.
 *
 * https://sw.kovidgoyal.net/kitty/graphics-protocol/
 */
export function kittyPicture({ png, columns, rows }: FilePicture): string {
  const data = Buffer.from(png).toString('base64');
  const count = Math.ceil(data.length / CHUNK);
  return Array.from({ length: count }, (_, index) => {
    const more = `m=${index < count - 1 ? 1 : 0}`;
    const keys = index === 0 ? `a=T,f=100,t=d,q=2,C=1,c=${columns},r=${rows},${more}` : `q=2,${more}`;
    return `\x1b_G${keys};${data.slice(index * CHUNK, (index + 1) * CHUNK)}\x1b\\`;
  }).join('');
}
