import path from 'node:path';
import type { Context } from '../../../context.js';

/** The files that are pictures by their names, in any case. */
export const PICTURE_ENDINGS = [
  ...['.png', '.jpg', '.jpeg', '.jpe', '.jfif', '.webp', '.gif', '.avif', '.tif', '.tiff'],
];

/** Folders that a pattern never enters, like hidden ones. */
const PASSED_OVER = ['**/node_modules/**'];

/** Whether a word that is no file's name may stand for several. */
export async function isPattern(word: string): Promise<boolean> {
  const { isDynamicPattern } = await import('tinyglobby');
  return isDynamicPattern(word);
}

/**
 * The files that a pattern matches, whatever they are.
 *
 * @returns absolute paths in natural order
 */
export async function filesMatching(
  pattern: string,
  { cwd, signal }: Pick<Context, 'cwd' | 'signal'>,
): Promise<string[]> {
  const { isDynamicPattern } = await import('tinyglobby');
  const parts = (path.sep === '\\' ? pattern.replaceAll('\\', '/') : pattern).split('/');
  // It would mean folders.
  if (parts.at(-1) === '') return [];
  // Below the folder that is named in full, so that what is passed over is so also in `../photos/**`.
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
    // A pattern that matches a folder does not mean all that is in it.
    expandDirectories: false,
  });
  signal.throwIfAborted();
  return inNaturalOrder(names).map((name) => path.join(cwd, name));
}

/** cat2 before cat10. */
export function inNaturalOrder(names: readonly string[]): string[] {
  const { compare } = new Intl.Collator('en', { numeric: true });
  return [...names].sort((a, b) => compare(a, b) || (a < b ? -1 : 1));
}
