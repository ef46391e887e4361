import type { HttpBindings } from '@hono/node-server';
import { rawJson } from '../answers.js';
import { blanked, narrowed, reformatted, withoutImages } from './content.js';
import { heldAt } from './pause.js';
import { cutIntoPieces, endEarly, fallSilent, slowed } from './stream.js';
import { withControlCharacters } from './terminal.js';
import { before } from './upstream.js';
import type { Encounter, Toxic } from './toxics.js';
import { close, reset, sendPart } from './wire.js';
import type { World } from '../world.js';

/** Fault types that do not end the connection. */
type Altering = Exclude<Toxic, { type: Ending }>;
type Ending =
  'latency' | 'timeout' | 'fin' | 'slow_close' | 'status' | 'html' | 'reset_peer' | 'pause' | 'limit_data';

/** Applies a fault to the answer of a request that was handled. */
export async function afterwards(
  encounter: Encounter,
  answer: Response,
  wire: HttpBindings,
  world: World,
): Promise<Response> {
  const { toxic, reached } = encounter;
  switch (toxic.type) {
    case 'latency':
    case 'timeout':
    case 'fin':
    case 'slow_close':
    case 'status':
    case 'html':
      return instead(encounter, answer, wire);
    case 'reset_peer':
      return toxic.at === undefined
        ? instead(encounter, answer, wire)
        : sendPart(answer, toxic.at, reset, wire, reached);
    case 'pause':
      return toxic.at === undefined
        ? instead(encounter, answer, wire)
        : heldAt(answer, toxic.at, encounter, wire);
    case 'limit_data': {
      const whole = Number(answer.headers.get('content-length') ?? 0);
      const bytes = toxic.bytes ?? Math.floor(whole * (toxic.fraction ?? 0.5));
      return sendPart(answer, bytes, close, wire, reached);
    }
    default:
      reached();
      return altered(toxic, answer, world);
  }
}

/** Applies a fault to an answer that the client still gets. */
async function altered(toxic: Altering, answer: Response, world: World): Promise<Response> {
  switch (toxic.type) {
    case 'bandwidth':
      return slowed(answer, toxic.rate);
    case 'early_end':
      return endEarly(answer, toxic.events ?? 1);
    case 'silence':
      return fallSilent(answer, toxic.events ?? 1);
    case 'split':
      return cutIntoPieces(answer, toxic.bytes);
    case 'blank':
      return blanked(answer, toxic.index, world.storage);
    case 'no_images':
      return withoutImages(answer);
    case 'garbage':
      await answer.body?.cancel();
      return rawJson(200, '{"images": [{"url": "http');
    case 'wrong_format':
      return reformatted(answer);
    case 'wrong_size':
      return narrowed(answer);
    case 'terminal':
      return withControlCharacters(answer);
  }
}

/** Applies a fault that replaces the answer. It does the same in either direction; only the moment differs. */
async function instead(encounter: Encounter, answer: Response, wire: HttpBindings): Promise<Response> {
  const other = await before(encounter, wire);
  if (other === undefined) return answer;
  await answer.body?.cancel();
  return other;
}
