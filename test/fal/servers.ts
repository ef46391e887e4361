import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';

export interface Visit {
  method: string;
  /** fal's URL behind the proxy protocol, else the path. */
  target: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface TestServer {
  /** `http://127.0.0.1:PORT` */
  url: string;
  port: number;
  /** Every request that came, in order. */
  visits: Visit[];
}

export type Handler = (visit: Visit, response: ServerResponse, turn: number) => void | Promise<void>;

/** An HTTP server of the running test's own, on loopback. */
export async function httpServer(handler: Handler): Promise<TestServer> {
  const visits: Visit[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { method = 'GET', headers, url = '/' } = request;
      const target = headers['x-fal-target-url'] ?? url;
      const visit = { method, headers, target: String(target), body: await text(request).catch(() => '') };
      visits.push(visit);
      await handler(visit, response, visits.length - 1);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, visits };
}

/** A TCP server that does with each connection what the test says. */
export async function tcpServer(onSocket: (socket: Socket) => void): Promise<{ port: number }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port };
}

/** A port that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const OF_THE_HOP = ['host', 'connection', 'content-length', 'transfer-encoding'];

/**
 * A proxy before the sandbox, for answers that the sandbox never gives. `instead` answers a request itself and
 * says so with true; everything else is handed on.
 */
export async function front(
  sandbox: Sandbox,
  instead: (visit: Visit, response: ServerResponse, turn: number) => boolean | Promise<boolean>,
): Promise<TestServer> {
  return httpServer(async (visit, response, turn) => {
    if (await instead(visit, response, turn)) return;
    const passed = Object.entries(visit.headers).filter(([name]) => !OF_THE_HOP.includes(name));
    const leaving = new AbortController();
    response.on('close', () => leaving.abort());
    try {
      const answer = await fetch(sandbox.proxyUrl, {
        method: visit.method,
        headers: Object.fromEntries(passed) as Record<string, string>,
        signal: leaving.signal,
        ...(visit.body === '' ? {} : { body: visit.body }),
      });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      for await (const chunk of answer.body ?? []) response.write(chunk);
      response.end();
    } catch {
      response.destroy();
    }
  });
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown, headers = {}): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
  return true;
}

export const isSubmit = ({ method, target }: Visit): boolean =>
  method === 'POST' && target.startsWith('https://queue.fal.run/');

export const isResult = ({ method, target }: Visit): boolean =>
  method === 'GET' && /\/requests\/[^/]+$/.test(new URL(target, 'http://x').pathname);
