import type http from 'node:http';

/*
 * The part of `fetch` that we use, on Node's own http client. Node 20 loads its fetch on first use, which takes
 * as long as starting Node itself, and an edit is six short requests. It differs from fetch in what is better
 * for money: a redirect is never followed, so that a POST cannot turn into two.
 */

/** What our code asks of a request; a `RequestInit` of fetch fits. */
export interface FetchInit {
  method?: string;
  /** Names in any spelling. */
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array | Blob;
  signal?: AbortSignal;
  redirect?: 'manual';
}

/** A body that is read chunk by chunk. */
export interface FetchBody {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
    /** Hangs up. */
    cancel(): Promise<void>;
  };
}

/** What our code asks of an answer; a `Response` of fetch fits. */
export interface FetchResponse {
  readonly status: number;
  readonly statusText: string;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  readonly body: FetchBody | null;
  text(): Promise<string>;
}

/** `fetch` as far as we use it. */
export type Fetch = (url: string, init?: FetchInit) => Promise<FetchResponse>;

/** fal's own headers may be 16 KB (fal-api.md 2.7), which is all that Node allows unless told otherwise. */
const MAX_HEADER_BYTES = 64 * 1024;
/** As long as fetch waits. */
const CONNECT_MS = 10_000;

/**
 * Sends one request over a kept-alive connection and resolves when the head of the answer is here.
 *
 * @throws TypeError "fetch failed" with the system's error as `cause`, as fetch does; the signal's reason when
 * that is aborted. The body fails in the same way.
 */
export const lightFetch: Fetch = async (url, init = {}) => {
  const { signal, body, method = 'GET' } = init;
  signal?.throwIfAborted();
  const bytes = body === undefined ? undefined : await bytesOf(body);
  const target = new URL(url);
  // TLS is a large part of Node, and a local fal or a proxy on loopback needs none of it.
  const { request: open } = await (target.protocol === 'https:' ? import('node:https') : import('node:http'));
  // An abort in between has told its listeners before there was one.
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const request = open(target, {
      method,
      maxHeaderSize: MAX_HEADER_BYTES,
      headers: {
        ...init.headers,
        'accept-encoding': 'identity',
        ...(bytes === undefined ? {} : { 'content-length': String(bytes.byteLength) }),
      },
    });
    const abort = (): void => void request.destroy();
    const failure = (error: unknown): Error =>
      signal?.aborted === true ? (signal.reason as Error) : new TypeError('fetch failed', { cause: error });
    signal?.addEventListener('abort', abort, { once: true });
    limitConnecting(request);
    request.on('error', (error) => reject(failure(error)));
    request.on('close', () => signal?.removeEventListener('abort', abort));
    request.on('response', (message) => {
      unpacked(message).then((body) => resolve(new LightResponse(message, body, failure)), reject);
    });
    request.end(bytes);
  });
};

/** Gives up on a host that takes no connection. As an error of `connect`: nothing was sent. */
function limitConnecting(request: http.ClientRequest): void {
  request.on('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => {
      const error = new Error(`no connection within ${CONNECT_MS / 1000} s`);
      request.destroy(Object.assign(error, { code: 'ETIMEDOUT', syscall: 'connect' }));
    }, CONNECT_MS);
    const stop = (): void => clearTimeout(timer);
    socket.once('connect', stop).once('close', stop);
  });
}

async function bytesOf(body: string | Uint8Array | Blob): Promise<Uint8Array> {
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? body : new Uint8Array(await body.arrayBuffer());
}

/** The body as it was before a server compressed it, which it was asked not to do. */
async function unpacked(message: http.IncomingMessage): Promise<AsyncIterable<Uint8Array>> {
  const encoding = message.headers['content-encoding']?.trim().toLowerCase();
  if (encoding === undefined || encoding === 'identity') return message;
  const [{ pipeline }, zlib] = await Promise.all([import('node:stream'), import('node:zlib')]);
  const unpacker = encoding === 'br' ? zlib.createBrotliDecompress() : zlib.createUnzip();
  // Failures come out of the end that is read.
  return pipeline(message, unpacker, () => undefined);
}

class LightResponse implements FetchResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: FetchResponse['headers'];
  private readonly chunks: AsyncIterator<Uint8Array>;

  constructor(
    private readonly message: http.IncomingMessage,
    body: AsyncIterable<Uint8Array>,
    private readonly failure: (error: unknown) => Error,
  ) {
    this.status = message.statusCode ?? 0;
    this.statusText = message.statusMessage ?? '';
    this.headers = {
      get: (name) => {
        const value = message.headers[name.toLowerCase()];
        return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
      },
    };
    this.chunks = body[Symbol.asyncIterator]();
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get body(): FetchBody {
    return {
      getReader: () => ({
        read: () => this.next(),
        cancel: () => {
          this.message.destroy();
          return Promise.resolve();
        },
      }),
    };
  }

  async text(): Promise<string> {
    const chunks: Uint8Array[] = [];
    for (let chunk = await this.next(); !chunk.done; chunk = await this.next()) chunks.push(chunk.value);
    return new TextDecoder().decode(Buffer.concat(chunks));
  }

  private async next(): Promise<{ done: true; value?: undefined } | { done: false; value: Uint8Array }> {
    try {
      const chunk = await this.chunks.next();
      return chunk.done === true ? { done: true } : { done: false, value: chunk.value };
    } catch (error) {
      throw this.failure(error);
    }
  }
}
