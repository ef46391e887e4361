import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { detail } from './answers.js';
import { sandboxClock } from './clock.js';
import { controlApp, readLedger } from './control.js';
import { Faults } from './faults.js';
import { Jobs } from './jobs.js';
import { Ledger, type SandboxLedger } from './ledger.js';
import { runModel } from './model.js';
import { failed, proxyApp } from './proxy.js';
import { filesApp } from './storage-routes.js';
import { Storage } from './storage.js';
import { checkToxic } from './toxic-text.js';
import type { Toxic } from './toxics.js';
import type { SandboxEnv, World } from './world.js';

export interface SandboxSettings {
  /** 0, the default, takes a free one. */
  port?: number;
  /** Milliseconds that a job waits at least; 150. */
  queueMs?: number;
  /** Milliseconds that a job runs at least; 600. */
  inferenceMs?: number;
  /** Jobs that run at once; 2, as on a new account (fal-api.md 2.9). */
  runners?: number;
  /** When set, every other key is refused with 401; else no key is asked for. */
  key?: string;
  toxics?: Toxic[];
  /** Milliseconds for which an upload URL works; 120 s (fal-api.md 3.1). */
  uploadUrlTtlMs?: number;
  /** Milliseconds of quiet after which a status stream sends a comment; 15 s (fal-api.md 2.3). */
  keepAliveCommentMs?: number;
  /** Milliseconds for which a result is kept; 1 hour (fal-api.md 2.4). */
  resultTtlMs?: number;
  /** The same for results of 10 KB or more; 6 minutes. */
  largeResultTtlMs?: number;
  /** Wall clock, milliseconds since the epoch; the machine's unless given. Timers do not follow it. */
  now?: () => number;
}

export interface Sandbox {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** What FAL_PROXY_URL or `proxyUrl` points at. */
  proxyUrl: string;
  ledger(): SandboxLedger;
  /** @throws Error that names what is wrong with it */
  addToxic(toxic: Toxic): void;
  clearToxics(): void;
  /** Cuts open connections and forgets all timers: nothing of it keeps the process alive. */
  close(): Promise<void>;
}

/**
 * Starts a local fal on loopback: fal's protocol over real TCP, with pictures of its own making.
 *
 * @throws Error EADDRINUSE and the like when the port cannot be had; one that names a wrong toxic
 */
export async function startSandbox(settings: SandboxSettings = {}): Promise<Sandbox> {
  const world = createWorld(settings);
  for (const toxic of settings.toxics ?? []) world.faults.add(checkToxic(toxic));
  const server = createAdaptorServer({
    fetch: sandboxApp(world).fetch,
    // It may run inside a program that has its own Request and Response.
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
    server.listen(settings.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  world.storage.origin = url;

  return {
    url,
    proxyUrl: `${url}/proxy`,
    ledger: () => readLedger(world),
    addToxic: (toxic) => world.faults.add(checkToxic(toxic)),
    clearToxics: () => world.faults.clear(),
    close: async () => {
      world.jobs.close();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function createWorld(settings: SandboxSettings): World {
  const clock = sandboxClock(settings.now);
  const storage = new Storage(clock, settings.uploadUrlTtlMs ?? 120_000);
  const { queueMs = 150, inferenceMs = 600, runners = 2 } = settings;
  return {
    clock,
    storage,
    jobs: new Jobs({ queueMs, inferenceMs, runners }, clock, (job, log) =>
      runModel(storage, job, inferenceMs, log),
    ),
    ledger: new Ledger(),
    faults: new Faults(),
    key: settings.key,
    keepAliveCommentMs: settings.keepAliveCommentMs ?? 15_000,
    resultTtlMs: settings.resultTtlMs ?? 3_600_000,
    largeResultTtlMs: settings.largeResultTtlMs ?? 360_000,
  };
}

function sandboxApp(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>({ strict: false });
  app.onError(failed);
  app.notFound((c) => {
    world.ledger.miss(c.req.method, c.req.url);
    return detail(404, 'Not Found');
  });
  app.route('/', proxyApp(world));
  app.route('/', controlApp(world));
  app.route('/', filesApp(world));
  return app;
}
