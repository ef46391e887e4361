import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { createAccess } from './access.js';
import { pickApp, type Page } from './app.js';
import type { Judging } from './judging.js';

/** A page on this machine, for one browser. */
export interface PickServer {
  /** Opens the page, once. */
  url: string;
  /** Resolves when the user ends it on the page. */
  ended: Promise<void>;
  /** Closes all connections. */
  close: () => Promise<void>;
}

/** Serves a session on loopback, on a free port. @throws Error if there is none */
export async function startPickServer(judging: Judging, page: Page): Promise<PickServer> {
  // The port, and so the host name, is known only when it listens.
  const app: { answer?: (request: Request) => Response | Promise<Response> } = {};
  const server = createAdaptorServer({
    fetch: (request: Request) => app.answer?.(request) ?? new Response(null, { status: 503 }),
    overrideGlobalObjects: false,
  }) as Server;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  const access = createAccess(`http://${host}`);
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  app.answer = pickApp(judging, page, access, host, end).fetch;
  return {
    url: `http://${host}/begin/${access.token}`,
    ended,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // The answer to the last request may still be sending.
      server.closeIdleConnections();
      const patience = setTimeout(() => sockets.forEach((socket) => socket.destroy()), CLOSING_MS);
      await closed;
      clearTimeout(patience);
    },
  };
}

const CLOSING_MS = 500;
