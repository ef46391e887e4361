import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { bytes, rawJson } from '../answers.js';
import type { Encounter, Toxic } from './toxics.js';
import { close, hang, reset, wait } from './wire.js';

const PAGE = (title: string) =>
  `<!doctype html>\n<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center><hr></body></html>\n`;

/** A page as a gateway writes it. */
export function page(status: number, title: string, headers: Record<string, string> = {}): Response {
  const head = { 'content-type': 'text/html; charset=utf-8', ...headers };
  return bytes(status, new TextEncoder().encode(PAGE(title)), head);
}

/** Waits as the toxic says. */
export async function delay(toxic: Extract<Toxic, { type: 'latency' }>): Promise<void> {
  const jitter = toxic.jitter ?? 0;
  await sleep(Math.max(0, toxic.latency + (jitter === 0 ? 0 : randomInt(-jitter, jitter + 1))));
}

/** The answer of a `status` toxic. */
export function refusal(toxic: Extract<Toxic, { type: 'status' }>): Response {
  const { code, body, html = false, headers = {} } = toxic;
  if (html) return page(code, body ?? `${code} from the gateway`, headers);
  return rawJson(code, body ?? JSON.stringify({ detail: `Sandbox: status ${code}` }), headers);
}

/** Applies a toxic before the request is acted on: an answer instead of the route's, or undefined to go on. */
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
      // For the route, a client that left while it was held never asked.
      return (await wait(wire, encounter.released)) ? undefined : RESPONSE_ALREADY_SENT;
    case 'status':
      return refusal(toxic);
    case 'html':
      return page(200, 'Just a moment...');
    default:
      return undefined;
  }
}
