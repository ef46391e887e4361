import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../../context.js';
import type { Entry } from '../entry.js';

/**
 * A row for each picture. One that stands there more than once, also by way of a link, counts once: nobody means to
 * pay for it twice.
 *
 * @param pictures paths as they are written from the working directory, and URLs
 * @throws the signal's reason
 */
export async function* pictureRows(
  pictures: readonly string[],
  { cwd, signal }: Pick<Context, 'cwd' | 'signal'>,
): AsyncGenerator<Entry> {
  const seen = new Set<string>();
  for (const picture of pictures) {
    // Of a URL, or of a file that has gone, there is no real path.
    const identity = await realpath(path.resolve(cwd, picture)).catch(() => picture);
    signal.throwIfAborted();
    if (seen.has(identity)) continue;
    seen.add(identity);
    yield { kind: 'row', place: { file: picture, line: undefined }, fields: { image: picture } };
  }
}
