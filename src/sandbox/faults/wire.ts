import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';

/** Milliseconds for written data to leave the machine before the socket is cut: RST overtakes data. */
export const SETTLE_MS = 20;

/** Cuts the connection with RST. */
export function reset({ incoming }: HttpBindings): Response {
  incoming.socket.resetAndDestroy();
  return RESPONSE_ALREADY_SENT;
}

/** Closes our side with FIN, without an answer. */
export function close({ incoming }: HttpBindings): Response {
  incoming.socket.end();
  return RESPONSE_ALREADY_SENT;
}

/** Holds the connection open until the client leaves. */
export async function hang({ outgoing }: HttpBindings): Promise<Response> {
  if (!outgoing.destroyed) await once(outgoing, 'close').catch(() => undefined);
  return RESPONSE_ALREADY_SENT;
}

/** Waits for the signal; false if the client left first. */
export async function wait({ outgoing }: HttpBindings, signal: AbortSignal): Promise<boolean> {
  const over = new AbortController();
  if (!outgoing.destroyed && !signal.aborted) {
    const either = [once(outgoing, 'close', over), once(signal, 'abort', over)];
    await Promise.race(either).catch(() => undefined);
    over.abort();
  }
  return !outgoing.destroyed;
}

/** Sends the head in full and the first bytes of the body, then cuts with FIN or RST. */
export async function sendPart(
  answer: Response,
  bytes: number,
  end: typeof reset | typeof close,
  wire: HttpBindings,
  reached: () => void,
): Promise<Response> {
  const { outgoing } = wire;
  outgoing.on('error', () => undefined);
  const left = new Promise<void>((resolve) => outgoing.once('close', resolve));
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
  outgoing.flushHeaders();
  const reader = (answer.body as ReadableStream<Uint8Array> | null)?.getReader();
  let missing = bytes;
  while (reader !== undefined && missing > 0 && !outgoing.destroyed) {
    const { value, done } = await reader.read();
    if (done) break;
    const piece = value.subarray(0, missing);
    // Cutting the socket drops data that the system has not accepted yet.
    await Promise.race([left, new Promise<void>((resolve) => outgoing.write(piece, () => resolve()))]);
    missing -= value.byteLength;
  }
  await reader?.cancel();
  await sleep(SETTLE_MS);
  reached();
  return end(wire);
}
