/**
 * Lines that make Jenkins and GitLab show the pictures of a test: `[[ATTACHMENT|path]]`, one per picture.
 *
 * Skips a path that could be misread (a newline, `|`, `]]`) or that leads out of the out-dir: CI servers copy
 * whatever file such a line names, and results may come from elsewhere.
 *
 * @param paths relative to the out-dir, with forward slashes
 * @param folder the out-dir as the CI server sees it: absolute, or relative to its workspace; empty if it is that
 */
export function attachmentLines(paths: readonly string[], folder: string): string[] {
  return paths
    .filter((path) => !leadsOut(path))
    .map((path) => (folder === '' ? path : `${folder.replace(/\/+$/, '')}/${path}`))
    .filter((path) => !/[|\p{Cc}\p{Zl}\p{Zp}]|\](\]|$)/u.test(path))
    .map((path) => `[[ATTACHMENT|${path}]]`);
}

function leadsOut(path: string): boolean {
  return path === '' || /^([\\/]|[a-z]:)/i.test(path) || path.split(/[\\/]/).includes('..');
}
