import type { Context } from '../context.js';
import { FalEditError } from '../errors.js';
import { Deadline } from './deadline.js';
import { durationText } from './duration.js';

/**
 * Runs questions that cost nothing under the user's deadline.
 *
 * @param timeoutMs milliseconds
 * @throws FalEditError (temporary, interrupted), and whatever the questions throw
 */
export async function within<T>(
  timeoutMs: number,
  { signal }: Pick<Context, 'signal'>,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline(timeoutMs, signal);
  try {
    return await ask(deadline.signal);
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
    signal.throwIfAborted();
    throw new FalEditError('temporary', `fal gave no answer within ${durationText(timeoutMs)}.`, {
      charged: 'maybe',
      hint: 'Ask again, or give it more time with --timeout.',
      origin: error,
    });
  } finally {
    deadline.close();
  }
}
