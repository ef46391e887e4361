import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../context.js';
import { type NamedFile, statRegularFile, unreadable } from '../../images/regular-file.js';
import { bytesOf } from './bytes.js';
import { type ManifestFormat, notationOf } from './format.js';
import type { Manifest } from './rows.js';

/**
 * A manifest in a file. It is opened anew each time that its rows are read.
 *
 * @param written as the user wrote it
 * @throws FalEditError (input): it is missing, a folder or not readable
 */
export async function manifestFile(
  written: string,
  format: ManifestFormat | undefined,
  { cwd, signal }: Pick<Context, 'cwd' | 'signal'>,
): Promise<Manifest> {
  const file: NamedFile = { path: path.resolve(cwd, written), written, where: 'manifest' };
  const size = await readableSize(file);
  return {
    name: written,
    folder: path.dirname(file.path),
    notation: notationOf(written, format),
    size,
    chunks: () => bytesOf(createReadStream(file.path), signal, (error) => unreadable(file, error)),
  };
}

async function readableSize(file: NamedFile): Promise<number> {
  // An empty picture is no picture, but an empty manifest is one that holds no rows.
  const isEmptyFile = await stat(file.path).then(
    (found) => found.isFile() && found.size === 0,
    () => false,
  );
  const size = isEmptyFile ? 0 : (await statRegularFile(file)).size;
  try {
    await access(file.path, constants.R_OK);
  } catch (error) {
    throw await unreadable(file, error);
  }
  return size;
}
