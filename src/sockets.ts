/*
 * INVARIANT: no part of a request is written before the connection is complete: TCP, the proxy's tunnel and the TLS
 * handshake. Our agents give a request its socket only then, and the request begins only when it has one
 * (light-fetch.ts). So a request that fails earlier was provably not sent, whatever its error code; all others count as
 * sent.
 */
import type http from 'node:http';
import type https from 'node:https';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { NetworkProxy } from './network-proxy.js';

/** How far a connection had come when it failed. */
export type ConnectPhase = 'start' | 'connect' | 'proxy' | 'tls';

/** A request that had no connection, so no byte of it can have left. Its `cause` says why. */
export class NotSentError extends TypeError {
  constructor(
    cause: unknown,
    readonly phase: ConnectPhase,
    /** Its destination, as in a URL. */
    readonly host: string,
    /** The proxy on the way, if any. */
    readonly proxy?: NetworkProxy,
  ) {
    super('fetch failed', { cause });
  }
}

/** Options for our agents, in addition to Node's. */
export interface Dialling {
  /** Time limit for the whole connection, in milliseconds. */
  connectMs: number;
  /** Aborts the connection. */
  abandon: AbortSignal | undefined;
  /** Trusted certificates, PEM; Node's own if undefined. */
  ca: string | undefined;
}

type DialOptions = Omit<https.RequestOptions, 'ca'> & Dialling;
type OnDialled = (error: Error | null, stream?: Duplex) => void;

/** Kept until the process ends, with their open connections. */
const agents = new Map<string, http.Agent>();

/** An agent that keeps connections alive, like Node's own, but provides one only when it is ready for HTTP. */
export function agentFor(
  module: typeof http | typeof https,
  protocol: string,
  proxy: NetworkProxy | undefined,
): http.Agent {
  const key = `${protocol} ${proxy === undefined ? '' : `${proxy.address} ${proxy.authorization ?? ''}`}`;
  const known = agents.get(key);
  if (known !== undefined) return known;
  const agent = new module.Agent({ keepAlive: true, scheduling: 'lifo', timeout: 5_000 });
  const create = agent.createConnection.bind(agent) as (options: DialOptions) => Socket;
  const event = protocol === 'https:' ? 'secureConnect' : 'connect';
  agent.createConnection = (options, onDialled) => {
    const done = onDialled as OnDialled;
    dial(options as DialOptions, create, event, proxy).then(
      (socket) => done(null, socket),
      (error: unknown) => done(error as Error),
    );
    return undefined;
  };
  agents.set(key, agent);
  return agent;
}

/** @throws NotSentError */
async function dial(
  options: DialOptions,
  create: (options: DialOptions) => Socket,
  event: 'connect' | 'secureConnect',
  proxy: NetworkProxy | undefined,
): Promise<Socket> {
  const { connectMs, abandon } = options;
  const limit = new AbortController();
  const follow = (): void => limit.abort(abandon?.reason);
  const timer = setTimeout(() => {
    const error = new Error(`no connection within ${connectMs / 1000} s`);
    limit.abort(Object.assign(error, { code: 'ETIMEDOUT', syscall: 'connect' }));
  }, connectMs);
  abandon?.addEventListener('abort', follow, { once: true });
  const host = hostOf(options);
  let phase: ConnectPhase = 'connect';
  try {
    abandon?.throwIfAborted();
    let socket: Socket;
    if (proxy === undefined) {
      socket = create(options);
      socket.once('connect', () => (phase = 'tls'));
    } else {
      phase = 'proxy';
      const { openTunnel } = await import('./tunnel.js');
      const tunnel = await openTunnel(proxy, host, options.ca, limit.signal);
      phase = 'tls';
      socket = create({ ...options, socket: tunnel } as DialOptions);
    }
    return await ready(socket, event, limit.signal);
  } catch (error) {
    throw new NotSentError(error, phase, host, proxy);
  } finally {
    clearTimeout(timer);
    abandon?.removeEventListener('abort', follow);
  }
}

/** Host and port, in the form for CONNECT. */
function hostOf({ host, port }: DialOptions): string {
  const name = host ?? '';
  return `${name.includes(':') ? `[${name}]` : name}:${port ?? 443}`;
}

/** Resolves with the socket when the event happens. @throws the socket's error, or the signal's reason */
function ready(socket: Socket, event: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      signal.removeEventListener('abort', abort);
      socket.off(event, succeed).off('error', fail).off('close', cut);
    };
    const succeed = (): void => {
      settle();
      resolve(socket);
    };
    const fail = (error: Error): void => {
      settle();
      // A destroyed socket may still emit events.
      socket.on('error', () => undefined).destroy();
      reject(error);
    };
    const cut = (): void =>
      fail(
        Object.assign(new Error('the connection was closed before it was established'), {
          code: 'ECONNRESET',
        }),
      );
    const abort = (): void => fail(signal.reason as Error);
    socket.once(event, succeed).once('error', fail).once('close', cut);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
