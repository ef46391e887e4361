import path from 'node:path';
import type { Context } from '../../../context.js';

/** File extensions of pictures, in any case. */
export const PICTURE_ENDINGS = [
  ...['.png', '.jpg', '.jpeg', '.jpe', '.jfif', '.webp', '.gif', '.avif', '.heic', '.heif', '.tif', '.tiff'],
];

/** Folders that a pattern never enters; hidden ones are skipped too. */
const PASSED_OVER = ['**/node_modules/**'];

/** Whether an argument that is not the name of a file may be a glob. */
export async function isPattern(word: string): Promise<boolean> {
  const { isDynamicPattern } = await import('tinyglobby');
  return isDynamicPattern(word);
}

/**
 * Lists the files that match a pattern, whatever their type.
 *
 * @returns absolute paths in natural order
 */
export async function filesMatching(
  pattern: string,
  { cwd, signal }: Pick<Context, 'cwd' | 'signal'>,
): Promise<string[]> {
  const { isDynamicPattern } = await import('tinyglobby');
  const parts = (path.sep === '\\' ? pattern.replaceAll('\\', '/') : pattern).split('/');
  // A trailing slash matches only folders.
  if (parts.at(-1) === '') return [];
  // Search from the pattern's literal folder, so that `../photos/**` skips the same folders.
  const dynamic = parts.findIndex((part) => isDynamicPattern(part) || part.includes('\\'));
  const folder = parts
    .slice(0, dynamic)
    .map((part) => `${part}/`)
    .join('');
  return find(parts.slice(dynamic).join('/'), path.resolve(cwd, folder), signal);
}

async function find(pattern: string, cwd: string, signal: AbortSignal): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  const names = await glob(pattern, {
    cwd,
    signal,
    ignore: PASSED_OVER,
    // A pattern that matches a folder does not include the folder's files.
    expandDirectories: false,
  });
  signal.throwIfAborted();
  return inNaturalOrder(names).map((name) => path.join(cwd, name));
}

/** Sorts names naturally: cat2 before cat10. */
export function inNaturalOrder(names: readonly string[]): string[] {
  const { compare } = new Intl.Collator('en', { numeric: true });
  return [...names].sort((a, b) => compare(a, b) || (a < b ? -1 : 1));
}
