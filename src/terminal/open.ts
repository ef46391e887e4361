import { spawn } from 'node:child_process';
import { platform } from 'node:os';
import type { Context } from '../context.js';

/** Program that opens a file or URL on each system. None of them is a shell. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * Opens a page with the system's default program, and does not wait for it.
 *
 * @param target absolute path, or an http URL of our own
 * @returns why it could not be opened; undefined if it was started
 */
export function openForUser(
  target: string,
  { env }: Pick<Context, 'env'>,
  system: string = platform(),
): Promise<string | undefined> {
  const [command, ...words] = OPENERS[system] ?? ['xdg-open'];
  return new Promise((resolve) => {
    // The opener needs the program's own environment for PATH and the desktop.
    const child = spawn(command, [...words, target], {
      ...{ detached: true, stdio: 'ignore', shell: false },
      env: { ...env },
    });
    child.once('error', (error) => resolve(`${command}: ${error.message}`));
    child.once('spawn', () => {
      child.unref();
      resolve(undefined);
    });
  });
}
