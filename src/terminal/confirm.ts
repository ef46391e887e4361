import { createInterface } from 'node:readline/promises';
import type { Context } from '../context.js';
import { harmlessLine } from './plain.js';

/** Whether a person can be asked. */
export function canAsk({ stdin, stderr }: Pick<Context, 'stdin' | 'stderr'>): boolean {
  return stderr.isTTY === true && 'isTTY' in stdin && stdin.isTTY === true;
}

/**
 * Asks a y/n question; anything else, or no answer, means no.
 *
 * @throws the reason of an interruption
 */
export async function confirm(
  question: string,
  { stdin, stderr, signal }: Pick<Context, 'stdin' | 'stderr' | 'signal'>,
): Promise<boolean> {
  // With readline's own terminal mode, Ctrl-C would be a key and not a signal.
  const asking = createInterface({ input: stdin, output: stderr, terminal: false });
  const left = new Promise<string>((resolve) => {
    for (const stream of [asking, stdin]) stream.once('close', () => resolve(''));
  });
  try {
    const answer = await Promise.race([
      asking.question(`${harmlessLine(question)} [y/N] `, { signal }),
      left,
    ]);
    return /^\s*y(es)?\s*$/i.test(answer);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    asking.close();
  }
}
