import { rawJson } from '../answers.js';

/** Clears the screen, renames the window, rings the bell, overwrites the line, reverses the text. */
const HOSTILE = '\u001b[2J\u001b[31m\u001b]0;owned\u0007\r\b\u009b1A\u202e';

const KEYS = new Set(['message', 'msg', 'detail', 'error']);

/** Puts control characters into every log line and error text of a JSON answer or status stream. */
export async function withControlCharacters(answer: Response): Promise<Response> {
  const type = answer.headers.get('content-type') ?? '';
  const headers = Object.fromEntries(answer.headers);
  if (type.startsWith('application/json')) {
    return rawJson(answer.status, poison(await answer.text()), headers);
  }
  if (!type.startsWith('text/event-stream') || answer.body === null) return answer;
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const body = answer.body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, out) {
        const event = decoder.decode(chunk);
        out.enqueue(
          event.startsWith('data: ') ? encoder.encode(`data: ${poison(event.slice(6).trim())}\n\n`) : chunk,
        );
      },
    }),
  );
  return new Response(body, { status: answer.status, headers });
}

function poison(text: string): string {
  return JSON.stringify(JSON.parse(text), (key, value: unknown) =>
    typeof value === 'string' && KEYS.has(key) ? `${HOSTILE}${value}` : value,
  );
}
