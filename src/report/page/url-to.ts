import nodePath from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * URL of a file relative to the page's folder. Each part is percent-encoded, so that a name
 * may hold quotes, `#`, `?` or `%`. Between two Windows drives there is no relative path: a file: URL.
 *
 * @param pageFolder absolute
 * @param file absolute
 * @param paths how the system writes paths
 */
export function urlTo(
  pageFolder: string,
  file: string,
  paths: Pick<nodePath.PlatformPath, 'relative' | 'isAbsolute' | 'sep'> = nodePath,
): string {
  const way = paths.relative(pageFolder, file);
  if (paths.isAbsolute(way)) return pathToFileURL(way, { windows: paths.sep === '\\' }).href;
  return way.split(paths.sep).map(encodePart).join('/');
}

/** Half a surrogate pair, which Windows allows in names, has no encoding. */
function encodePart(part: string): string {
  return encodeURIComponent(Buffer.from(part).toString());
}
