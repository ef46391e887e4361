import type { Context } from '../context.js';
import type { Terminal } from '../terminal/terminal.js';

/**
 * `--open`: opens a page for the user. A failure is only a warning.
 *
 * @param page absolute path, or an http URL of our own
 */
export async function openPage(
  page: string,
  context: Pick<Context, 'env'>,
  terminal: Pick<Terminal, 'warn'>,
): Promise<void> {
  const { openForUser } = await import('../terminal/open.js');
  const problem = await openForUser(page, context);
  if (problem !== undefined) terminal.warn(`--open: could not open the page (${problem}).`);
}
