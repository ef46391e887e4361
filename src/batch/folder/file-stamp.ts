import { statSync, type Stats } from 'node:fs';

/** Text that changes when a file changes, found without reading the file. */
export function stampText({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

/**
 * The stamp of a file by its path; undefined if there is no file. Synchronous, since a batch needs thousands.
 */
export function stampNow(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? undefined : stampText(stats);
}
