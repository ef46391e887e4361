import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { bytes, rawJson } from '../answers.js';
import type { Encounter, Toxic } from './toxics.js';
import { close, hang, reset, wait } from './wire.js';

const PAGE = (title: string) =>
  `<!doctype html>\n<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center><hr></body></html>\n`;

/** An HTML page as a gateway writes it. */
export function page(status: number, title: string, headers: Record<string, string> = {}): Response {
  const head = { 'content-type': 'text/html; charset=utf-8', ...headers };
  return bytes(status, new TextEncoder().encode(PAGE(title)), head);
}

/** Waits as a `latency` fault says. */
export async function delay(toxic: Extract<Toxic, { type: 'latency' }>): Promise<void> {
  const jitter = toxic.jitter ?? 0;
  await sleep(Math.max(0, toxic.latency + (jitter === 0 ? 0 : randomInt(-jitter, jitter + 1))));
}

/** Answer of a `status` fault. */
export function refusal(toxic: Extract<Toxic, { type: 'status' }>): Response {
  const { code, body, html = false, headers = {} } = toxic;
  if (html) return page(code, body ?? `${code} from the gateway`, headers);
  return rawJson(code, body ?? JSON.stringify({ detail: `Sandbox: status ${code}` }), headers);
}

/** Applies a fault before the request is handled: an answer instead of the route's, or undefined to continue. */
export async function before(encounter: Encounter, wire: HttpBindings): Promise<Response | undefined> {
  const { toxic } = encounter;
  encounter.reached();
  switch (toxic.type) {
    case 'latency':
      await delay(toxic);
      return undefined;
    case 'reset_peer':
      return reset(wire);
    case 'slow_close':
      await sleep(toxic.delay ?? 0);
      return close(wire);
    case 'fin':
      return close(wire);
    case 'timeout':
      return hang(wire);
    case 'pause':
      // If the client left while it was held, the route never sees the request.
      return (await wait(wire, encounter.released)) ? undefined : RESPONSE_ALREADY_SENT;
    case 'status':
      return refusal(toxic);
    case 'html':
      return page(200, 'Just a moment...');
    default:
      return undefined;
  }
}
