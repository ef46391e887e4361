import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Whether `npm run docs` asked for the pages to be written anew. */
export const WRITE = process.env['DOCS'] === 'write';

/** README.md and the pages of docs/, by their paths from the root. */
export async function pageNames(): Promise<string[]> {
  const docs = await readdir(path.join(ROOT, 'docs'));
  return ['README.md', ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)].sort();
}

export function readPage(name: string): Promise<string> {
  return readFile(path.join(ROOT, name), 'utf8');
}
