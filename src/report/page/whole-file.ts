import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { removeLeftovers } from '../../edit/pictures/save.js';
import { sha256Of } from '../../sha256.js';

/** Characters written at once: an item has far fewer, and a system call for each item would be slow. */
const BLOCK = 65_536;

/**
 * Writes a text so that the file appears whole or not at all, and keeps the old file until then. The text is taken
 * piece by piece and not held in memory.
 *
 * @throws the system's error, or what the pieces threw, with nothing left behind
 */
export async function writeWhole(file: string, pieces: AsyncIterable<string>): Promise<void> {
  const folder = path.dirname(file);
  const tag = `report-${sha256Of(path.basename(file)).slice(0, 16)}`;
  await mkdir(folder, { recursive: true });
  await removeLeftovers(file, tag);
  const temporary = path.join(folder, `.fal-edit-${tag}-${randomUUID()}.part`);
  try {
    await writeSynced(temporary, inBlocks(pieces));
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeSynced(file: string, blocks: AsyncIterable<string>): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await writeFile(handle, blocks);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* inBlocks(pieces: AsyncIterable<string>): AsyncIterable<string> {
  let block = '';
  for await (const piece of pieces) {
    block += piece;
    if (block.length < BLOCK) continue;
    yield block;
    block = '';
  }
  yield block;
}
