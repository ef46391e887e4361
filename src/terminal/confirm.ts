import { createInterface } from 'node:readline/promises';
import type { Context } from '../context.js';
import { harmlessLine } from './plain.js';

/** Whether there is a person who can be asked. */
export function canAsk({ stdin, stderr }: Pick<Context, 'stdin' | 'stderr'>): boolean {
  return stderr.isTTY === true && 'isTTY' in stdin && stdin.isTTY === true;
}

/**
 * Asks a question that is answered with y or n; anything else is no, and so is leaving without an answer.
 *
 * @throws the reason of an interruption
 */
export async function confirm(
  question: string,
  { stdin, stderr, signal }: Pick<Context, 'stdin' | 'stderr' | 'signal'>,
): Promise<boolean> {
  // With a terminal of readline's own, Ctrl-C would be a key and no signal.
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
