import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { lightFetch } from '../../src/light-fetch.js';
import type { Job } from '../../src/ledger/job.js';

/** Hexadecimal, of a file. */
export async function sha256Of(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** The same of each file that fal serves for a job, by the answer in the ledger, the main pictures first. */
export async function sha256AtFal({ result }: Job): Promise<string[]> {
  return Promise.all(
    urlsIn(result).map(async (url) => {
      const reader = (await lightFetch(url)).body!.getReader();
      const hash = createHash('sha256');
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        hash.update(piece.value ?? '');
      }
      return hash.digest('hex');
    }),
  );
}

/** Every URL of an answer, in its order. */
function urlsIn(answer: unknown): string[] {
  if (typeof answer !== 'object' || answer === null) return [];
  const { url } = answer as { url?: unknown };
  return typeof url === 'string' ? [url] : Object.values(answer).flatMap(urlsIn);
}
