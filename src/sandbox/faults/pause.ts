import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import type { Encounter } from './toxics.js';
import { SETTLE_MS, wait } from './wire.js';

type Chunk = Uint8Array<ArrayBuffer>;

/** Sends the head and exactly `bytes` bytes of the body, then the rest once the fault is released. */
export function heldAt(answer: Response, bytes: number, encounter: Encounter, wire: HttpBindings): Response {
  const hold = async (): Promise<boolean> => {
    // The client must have these bytes before the point counts as reached.
    await sleep(SETTLE_MS);
    encounter.reached();
    return wait(wire, encounter.released);
  };
  const source = (answer.body ?? []) as AsyncIterable<Chunk>;
  const body = ReadableStream.from(split(source, bytes, hold));
  return new Response(body, { status: answer.status, headers: answer.headers });
}

/** Pauses after the first part of the body. A shorter body is not delayed. */
async function* split(
  source: AsyncIterable<Chunk>,
  bytes: number,
  hold: () => Promise<boolean>,
): AsyncGenerator<Chunk> {
  let missing = bytes;
  let held = false;
  for await (const chunk of source) {
    if (held || chunk.byteLength < missing) {
      missing -= chunk.byteLength;
      yield chunk;
      continue;
    }
    if (missing > 0) yield chunk.subarray(0, missing);
    held = true;
    if (!(await hold())) return;
    if (missing < chunk.byteLength) yield chunk.subarray(missing);
  }
}
