import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

type Chunk = Uint8Array<ArrayBuffer>;
type Step = (chunk: Chunk, out: TransformStreamDefaultController<Chunk>) => void | Promise<void>;

/** Each chunk of the sandbox's own status stream is one event or one comment. */
function remade(answer: Response, step: Step): Response {
  const body = answer.body?.pipeThrough(new TransformStream<Chunk, Chunk>({ transform: step }));
  return new Response(body ?? null, { status: answer.status, headers: answer.headers });
}

const isEvent = (chunk: Chunk): boolean => new TextDecoder().decode(chunk).startsWith('data:');
const isLast = (chunk: Chunk): boolean => new TextDecoder().decode(chunk).includes('"COMPLETED"');

/** Closes the stream after `events` events, and never sends the last one. */
export function endEarly(answer: Response, events: number): Response {
  let seen = 0;
  return remade(answer, (chunk, out) => {
    if (isEvent(chunk) && (seen++ >= events || isLast(chunk))) out.terminate();
    else out.enqueue(chunk);
  });
}

/** Sends `events` events, then nothing, not even comments, and stays open until the client leaves. */
export function fallSilent(answer: Response, events: number): Response {
  let seen = 0;
  let open = true;
  const source = (answer.body as ReadableStream<Chunk> | null)?.getReader();
  const body = new ReadableStream<Chunk>({
    async pull(out) {
      while (open && source !== undefined) {
        const { value, done } = await source.read();
        if (done) break;
        if (isEvent(value) && seen++ >= events) break;
        if (seen <= events) {
          out.enqueue(value);
          return;
        }
      }
      // Left pending: the reader waits for a chunk that never comes.
      await source?.cancel();
      await new Promise(() => undefined);
    },
    async cancel() {
      open = false;
      await source?.cancel();
    },
  });
  return new Response(body, { status: answer.status, headers: answer.headers });
}

/** Sends events in pieces of `bytes` bytes; by default in two, cut within a multi-byte character if there is one. */
export function cutIntoPieces(answer: Response, bytes: number | undefined): Response {
  return remade(answer, async (chunk, out) => {
    const wide = chunk.findIndex((byte) => byte >= 0xc0);
    const size = bytes ?? (wide < 0 ? Math.ceil(chunk.length / 2) : wide + 1);
    for (
      let at = 0, end = size;
      at < chunk.length;
      at = end, end = bytes === undefined ? chunk.length : end + size
    ) {
      out.enqueue(chunk.slice(at, end));
      // Pieces written in the same turn would leave in one packet.
      if (bytes === undefined) await sleep(5);
      // Sockets are read after the timers: a reader in this process has read the last piece by then.
      await nextTurn();
    }
  });
}

/** Sends the answer at `rate` KB per second. */
export function slowed(answer: Response, rate: number): Response {
  const tick = 20;
  const size = Math.max(1, Math.round(rate * tick));
  return remade(answer, async (chunk, out) => {
    for (let at = 0; at < chunk.length; at += size) {
      await sleep(tick);
      out.enqueue(chunk.slice(at, at + size));
    }
  });
}
