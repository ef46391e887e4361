import type { Answer } from '../answer.js';
import { type FalAccess, noteDate } from '../connection.js';
import { repeat } from '../repeat.js';
import { notReachedError } from '../unreachable.js';

/** Attempts for one request. */
const TRIES = 4;

/**
 * Sends a free request to fal's platform, with the key and through the proxy, if any; repeats it where a gateway
 * answered. The answer may be any refusal from fal.
 *
 * @param target fal's own URL
 * @throws FalEditError (temporary): nobody answered; the signal's reason
 */
export async function askPlatform(
  target: string,
  { connection, context, signal, trace }: FalAccess,
): Promise<Answer> {
  const { key, proxyUrl } = connection;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (key !== undefined) headers['authorization'] = `Key ${key}`;
  if (proxyUrl !== undefined) headers['x-fal-target-url'] = target;
  trace?.(`GET ${target}`);
  try {
    return await repeat(
      async (stop) => {
        const response = await context.fetch(proxyUrl ?? target, {
          headers,
          signal: stop,
          redirect: 'manual',
        });
        noteDate(connection, response, context);
        return response;
      },
      {
        timing: context,
        signal,
        tries: TRIES,
        isTrouble: ({ status, json, tooLarge }) =>
          status === 429 || status >= 500 || (status < 300 && json === undefined && tooLarge !== true),
      },
    );
  } catch (error) {
    signal.throwIfAborted();
    throw notReachedError(error);
  }
}
