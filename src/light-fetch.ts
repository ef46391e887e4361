import type http from 'node:http';
import { proxyFor, type Environment } from './network-proxy.js';
import { agentFor, NotSentError, type Dialling } from './sockets.js';

/*
 * The part of `fetch` that we use, on Node's own http client. Node 20 loads its fetch on first use, which takes as long
 * as starting Node itself, and an edit is six short requests. Unlike fetch, it is safe for paid requests: a redirect is
 * never followed, so that a POST cannot turn into two.
 */

/** Options of a request, as far as we use them; a `RequestInit` of fetch fits. */
export interface FetchInit {
  method?: string;
  /** Header names may be in upper or lower case. */
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

/** An answer, as far as we use it; a `Response` of fetch fits. */
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

/** fal's own headers may take 16 KB (fal-api.md 2.7), which is Node's default limit for all headers. */
const MAX_HEADER_BYTES = 64 * 1024;
/** fetch's time limit for a connection; here it includes the TLS handshake and the proxy. */
const CONNECT_MS = 10_000;

export interface FetchOptions {
  /** Time limit for a connection, in milliseconds. */
  connectMs?: number;
  /** Trusted certificates instead of Node's own: PEM. */
  ca?: string;
}

/**
 * A `fetch` that uses the proxies named by the environment.
 *
 * It sends one request over a kept-alive connection and resolves when the head of the answer arrives. Its rejection
 * says whether the request can have left this machine:
 *
 * - NotSentError: no byte of it did; the system's error, or the signal's reason, is its `cause`
 * - otherwise it may have: a TypeError "fetch failed" with the system's error as `cause`, like fetch, or the signal's
 *   reason. The body fails in the same way.
 */
export function openFetch(env: Environment, { connectMs = CONNECT_MS, ca }: FetchOptions = {}): Fetch {
  return async (url, init = {}) => {
    const { signal } = init;
    const progress = { begun: false };
    try {
      signal?.throwIfAborted();
      const target = new URL(url);
      const proxy = proxyFor(target, env);
      const body = init.body === undefined ? undefined : await bytesOf(init.body);
      // TLS is a large part of Node, and a local fal or a proxy on loopback does not need it.
      const module = await (target.protocol === 'https:' ? import('node:https') : import('node:http'));
      // An abort during the import came before we listened for it.
      signal?.throwIfAborted();
      return await send(target, init, body, {
        open: module.request,
        agent: agentFor(module, target.protocol, proxy),
        connectMs,
        ca,
        abandon: signal,
        progress,
      });
    } catch (error) {
      if (progress.begun || error instanceof NotSentError) throw error;
      throw new NotSentError(error, 'start', URL.canParse(url) ? new URL(url).host : '');
    }
  };
}

/** A `fetch` without any proxy. */
export const lightFetch: Fetch = openFetch({});

interface Line extends Dialling {
  open: typeof http.request;
  agent: http.Agent;
  /** True once the first byte of the request may have left. */
  progress: { begun: boolean };
}

function send(
  target: URL,
  { signal, method = 'GET', headers }: FetchInit,
  bytes: Uint8Array | undefined,
  { open, progress, ...line }: Line,
): Promise<FetchResponse> {
  return new Promise((resolve, reject) => {
    const options: http.RequestOptions & Dialling = {
      ...line,
      method,
      maxHeaderSize: MAX_HEADER_BYTES,
      headers: {
        ...headers,
        'accept-encoding': 'identity',
        ...(bytes === undefined ? {} : { 'content-length': String(bytes.byteLength) }),
      },
    };
    const request = open(target, options);
    const failure = (error: unknown): Error =>
      signal?.aborted === true ? (signal.reason as Error) : new TypeError('fetch failed', { cause: error });
    const fail = (error: unknown): void => reject(error instanceof NotSentError ? error : failure(error));
    const abort = (): void => {
      request.destroy();
      // An aborted request without a connection reports no error itself.
      fail(undefined);
    };
    signal?.addEventListener('abort', abort, { once: true });
    request.on('error', fail);
    request.on('close', () => signal?.removeEventListener('abort', abort));
    request.on('response', (message) => {
      unpacked(message).then((body) => resolve(new LightResponse(message, body, failure)), fail);
    });
    // Not earlier: data written to a socket during the handshake may leave before the certificate is checked.
    request.on('socket', () => {
      if (request.destroyed) return;
      progress.begun = true;
      request.end(bytes);
    });
  });
}

async function bytesOf(body: string | Uint8Array | Blob): Promise<Uint8Array> {
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? body : new Uint8Array(await body.arrayBuffer());
}

/** The body, decompressed if the server compressed it although we asked it not to. */
async function unpacked(message: http.IncomingMessage): Promise<AsyncIterable<Uint8Array>> {
  const encoding = message.headers['content-encoding']?.trim().toLowerCase();
  if (encoding === undefined || encoding === 'identity') return message;
  const [{ pipeline }, zlib] = await Promise.all([import('node:stream'), import('node:zlib')]);
  const unpacker = encoding === 'br' ? zlib.createBrotliDecompress() : zlib.createUnzip();
  // Errors surface at the end that is read.
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
