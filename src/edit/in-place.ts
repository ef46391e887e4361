import { readFile } from 'node:fs/promises';
import type { Job, JobImage } from '../ledger/job.js';
import { sha256Of } from '../sha256.js';
import type { EditedImage } from './record.js';

/** The pictures of a job that are files, as the ledger has them. */
export function keptPictures({ images }: Pick<Job, 'images'>): EditedImage[] {
  return images.map((image) => ({
    path: image.path ?? null,
    width: image.width ?? null,
    height: image.height ?? null,
    contentType: image.contentType ?? null,
    bytes: image.bytes ?? null,
    sha256: image.sha256 ?? null,
    nsfw: null,
  }));
}

/**
 * Whether every picture of a job that became a file is still there, byte for byte. False where none did: its bytes
 * went to a stream.
 */
export async function areInPlace({ images }: Pick<Job, 'images'>): Promise<boolean> {
  const files = images.filter(({ path, target }) => path !== undefined || target !== undefined);
  return files.length > 0 && (await Promise.all(files.map(isInPlace))).every(Boolean);
}

async function isInPlace({ path, sha256 }: JobImage): Promise<boolean> {
  if (path === undefined || sha256 === undefined) return false;
  const bytes = await readFile(path).catch(() => undefined);
  return bytes !== undefined && sha256Of(bytes) === sha256;
}
