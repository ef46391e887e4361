import type { Answer } from '../answer.js';
import type { FetchBody, FetchResponse } from '../../light-fetch.js';

/**
 * An answer in the form that @fal-ai/client reads: the parts of fetch's `Response` that it uses. Our own, since the
 * first use of fetch's classes costs 25 ms.
 */
export interface ClientResponse extends FetchResponse {
  json(): Promise<unknown>;
}

const PASSED_ON = ['x-fal-request-id', 'etag'];

/** An answer for the client, with the content type of its actual body, since the client relies on it. */
export function clientResponse(answer: Answer): ClientResponse {
  const type = answer.json === undefined ? 'text/plain' : 'application/json';
  return {
    ...statusOf(answer.status),
    headers: {
      get: (name) => {
        const wanted = name.toLowerCase();
        if (wanted === 'content-type') return type;
        return PASSED_ON.includes(wanted) ? answer.headers.get(wanted) : null;
      },
    },
    body: null,
    text: () => Promise.resolve(answer.text),
    json: () => Promise.resolve(answer.json),
  };
}

/** A stream of events for the client. */
export function clientEventStream(body: FetchBody): ClientResponse {
  return {
    ...statusOf(200),
    headers: {
      get: (name) => (name.toLowerCase() === 'content-type' ? 'text/event-stream' : null),
    },
    body,
    text: () => readText(body),
    json: () => Promise.reject(new Error('A stream of events is no JSON.')),
  };
}

async function readText(body: FetchBody): Promise<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    text += decoder.decode(chunk.value, { stream: true });
  }
  return text;
}

function statusOf(status: number): Pick<FetchResponse, 'status' | 'statusText' | 'ok'> {
  return { status, statusText: '', ok: status >= 200 && status < 300 };
}

/** A pipe from one writer to one reader, as a body: writes wait until they are read. */
export class EventPipe implements FetchBody {
  private readonly waiting: Uint8Array[] = [];
  private end: { error?: Error } | undefined;
  private wake: () => void = () => undefined;

  /** @param onLeave called when the reader hangs up */
  constructor(private readonly onLeave: () => void) {}

  write(text: string): void {
    this.waiting.push(new TextEncoder().encode(text));
    this.wake();
  }

  /** Ends it after the pending writes; with an error, the reader gets that instead of the end. */
  close(error?: Error): void {
    this.end ??= error === undefined ? {} : { error };
    this.wake();
  }

  getReader(): ReturnType<FetchBody['getReader']> {
    return {
      read: () => this.read(),
      cancel: () => {
        this.onLeave();
        return Promise.resolve();
      },
    };
  }

  private async read(): Promise<{
    done: boolean;
    value?: Uint8Array | undefined;
  }> {
    for (;;) {
      const value = this.waiting.shift();
      if (value !== undefined) return { done: false, value };
      if (this.end?.error !== undefined) throw this.end.error;
      if (this.end !== undefined) return { done: true };
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
