import type { Context } from '../context.js';
import { FalEditError } from '../errors.js';
import { Deadline } from './deadline.js';
import { durationText } from './duration.js';

/**
 * Runs requests that cost nothing under the user's deadline.
 *
 * @param timeoutMs milliseconds
 * @throws FalEditError (temporary, interrupted), and whatever the requests throw
 */
export async function withTimeout<T>(
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
    throw new FalEditError('temporary', `fal did not answer within ${durationText(timeoutMs)}.`, {
      charged: 'maybe',
      hint: 'Try again, or allow more time with --timeout.',
      origin: error,
    });
  } finally {
    deadline.close();
  }
}
