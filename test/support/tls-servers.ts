import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.js';

/** A server of the running test's own on 127.0.0.1; its connections are cut when the test ends. */
export async function listening(server: Server | http.Server | https.Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

export interface HttpsServer {
  port: number;
  /** Method and path of each request that came. */
  requests: string[];
}

/** HTTPS with that certificate. */
export async function httpsServer(
  certificate: Certificate,
  handler: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
    void response.end('answer'),
): Promise<HttpsServer> {
  const requests: string[] = [];
  const server = https.createServer(certificate, (request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    handler(request, response);
  });
  server.on('tlsClientError', () => undefined);
  return { port: await listening(server), requests };
}

/** Hands what comes on to another server of http, and its answer back. */
export function forwardTo(url: string) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const { method = 'GET', url: path = '/', headers } = request;
    const onward = http.request(new URL(path, url), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
      // What is cut on the one side is cut on the other.
      answer.on('close', () => {
        if (!answer.complete) response.destroy();
      });
    });
    onward.on('error', () => void response.destroy());
    response.on('close', () => void onward.destroy());
    request.pipe(onward);
  };
}

/** One CONNECT that a proxy was asked for. */
export interface Tunnel {
  host: string;
  headers: IncomingMessage['headers'];
}

export interface ConnectProxy {
  /** `http://127.0.0.1:PORT`, or `https://localhost:PORT`. */
  url: string;
  tunnels: Tunnel[];
}

export interface ConnectProxyOptions {
  /** Ports on 127.0.0.1 by the host and port that is asked for; any other is answered with 502. */
  routes: Readonly<Record<string, number>>;
  /** `user:password`, without which it answers 407. */
  password?: string;
  /** Answers each CONNECT itself. */
  instead?: (socket: Socket) => void;
  /** Speaks TLS itself. */
  certificate?: Certificate;
}

/**
 * A proxy that only carries bytes. One that inspects TLS is the same with a route to a server whose certificate a
 * CA of its own vouches for ({@link httpsServer} with {@link forwardTo}).
 */
export async function connectProxy(options: ConnectProxyOptions): Promise<ConnectProxy> {
  const { routes, password, instead, certificate } = options;
  const tunnels: Tunnel[] = [];
  const server = certificate === undefined ? http.createServer() : https.createServer(certificate);
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    const host = request.url ?? '';
    tunnels.push({ host, headers: request.headers });
    socket.on('error', () => undefined);
    if (instead !== undefined) {
      instead(socket);
      return;
    }
    const given = request.headers['proxy-authorization']?.replace(/^Basic /, '');
    if (password !== undefined && given !== Buffer.from(password).toString('base64')) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n');
      return;
    }
    const port = routes[host];
    if (port === undefined) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => void socket.destroy());
    socket.on('close', () => void onward.destroy());
  });
  server.on('tlsClientError', () => undefined);
  const port = await listening(server);
  return {
    url: certificate === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    tunnels,
  };
}

/** Passes every byte on to a server on 127.0.0.1, and keeps those that the client sent. */
export async function wiretap(port: number): Promise<{ port: number; sent: () => Buffer }> {
  const chunks: Buffer[] = [];
  const server = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    onward.on('error', () => void socket.destroy());
    socket.on('data', (chunk) => void chunks.push(chunk));
    socket.pipe(onward).pipe(socket);
  });
  return { port: await listening(server), sent: () => Buffer.concat(chunks) };
}
