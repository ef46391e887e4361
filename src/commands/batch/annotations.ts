import type { OnBatchEvent } from '../../batch/events.js';
import type { Context } from '../../context.js';
import { annotationLine, MOST_ANNOTATIONS } from '../../report/github/annotations.js';
import type { Terminal } from '../../terminal/terminal.js';

/**
 * Annotates failed rows in GitHub Actions. Unknown rows may still be settled during the run, so they are annotated at
 * the end.
 */
export function annotations(
  terminal: Terminal,
  { env }: Pick<Context, 'env'>,
): { show: OnBatchEvent; stop: () => void } {
  let left = env['GITHUB_ACTIONS'] === 'true' ? MOST_ANNOTATIONS : 0;
  const open = new Map<string, string>();
  const write = (line: string): void => {
    if (left > 0) terminal.command(line);
    left--;
  };
  return {
    show: (event) => {
      if (event.type !== 'ended' && event.type !== 'open') return;
      open.delete(event.row.key);
      const line = annotationLine(event.result);
      if (line === undefined) return;
      if (event.type === 'ended') write(line);
      else open.set(event.row.key, line);
    },
    stop: () => {
      for (const line of open.values()) write(line);
      open.clear();
    },
  };
}
