import path from 'node:path';

/**
 * How a ledger keeps a path. One that goes with a folder of results keeps paths in that folder relative to it, so that
 * the folder can be moved, copied to another machine, or checked in.
 *
 * @param file absolute
 * @param root folder of the results, absolute; undefined for a ledger that belongs to the machine
 */
export function keptPath(file: string, root: string | undefined): string {
  if (root === undefined) return file;
  const relative = path.relative(root, file);
  if (relative === '') return '.';
  const isInside = relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
  return isInside ? relative.replaceAll(path.sep, '/') : file;
}

/** The absolute path of a stored one. */
export function foundPath(kept: string, root: string | undefined): string {
  return root === undefined ? kept : path.resolve(root, kept);
}
