import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { SANDBOX_HEADER } from '../fal/connection.js';
import { detail } from './answers.js';
import { sandboxClock } from './clock.js';
import { controlApp, readLedger } from './control.js';
import { Faults } from './faults/faults.js';
import { Jobs } from './queue/jobs.js';
import { Ledger, type SandboxLedger } from './ledger.js';
import { runJob } from './queue/run-job.js';
import { failed, proxyApp } from './proxy.js';
import { filesApp } from './storage/storage-routes.js';
import type { SandboxSettings } from './settings.js';
import { Storage } from './storage/storage.js';
import { checkToxic } from './faults/toxic-text.js';
import type { Toxic } from './faults/toxics.js';
import type { SandboxEnv, World } from './world.js';

export type { SandboxSettings } from './settings.js';

export interface Sandbox {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Value for FAL_PROXY_URL or `proxyUrl`. */
  proxyUrl: string;
  ledger: () => SandboxLedger;
  /** @throws Error that names the problem */
  addToxic(toxic: Toxic): void;
  clearToxics(): void;
  /** Number of requests hit by faults with that name since it was added; 0 for an unknown name. */
  hits(name: string): number;
  /**
   * Resolves once a fault with that name has hit a request: before the request is handled, after it, or after the
   * bytes that the fault lets through, depending on the fault. Never resolves if the sandbox is closed first.
   *
   * @throws the signal's reason
   */
  reached(name: string, signal?: AbortSignal): Promise<void>;
  /** Removes the faults with that name and releases the requests they hold; the hits stay readable. */
  release(name: string): void;
  /** Cuts open connections and clears all timers, so that the sandbox does not keep the process alive. */
  close(): Promise<void>;
}

/**
 * Starts a local fal on loopback: fal's protocol over real TCP, with pictures that it draws itself.
 *
 * @throws Error EADDRINUSE and the like if the port is not available; an error that names an invalid fault
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
  world.storage.origin = settings.publicUrl ?? url;

  return {
    url,
    proxyUrl: `${url}/proxy`,
    ledger: () => readLedger(world),
    addToxic: (toxic) => world.faults.add(checkToxic(toxic)),
    clearToxics: () => world.faults.clear(),
    hits: (name) => world.faults.points.hits(name),
    reached: (name, signal) => world.faults.points.reached(name, signal),
    release: (name) => void world.faults.release(name),
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
  const { queueMs = 150, inferenceMs = 600, runners = 2, ignoreCancel = false } = settings;
  const { renderPictures = true, pictureBytes = 0 } = settings;
  const documents = new Map(settings.documents?.map((document) => [document.endpoint, document]));
  return {
    clock,
    storage,
    jobs: new Jobs({ queueMs, inferenceMs, runners, ignoreCancel }, clock, (job, log) =>
      runJob(storage, documents, job, { inferenceMs, renderPictures, pictureBytes }, log),
    ),
    ledger: new Ledger(),
    faults: new Faults(),
    key: settings.key,
    keepAliveCommentMs: settings.keepAliveCommentMs ?? 15_000,
    resultTtlMs: settings.resultTtlMs ?? 3_600_000,
    largeResultTtlMs: settings.largeResultTtlMs ?? 360_000,
    historyDelayMs: settings.historyDelayMs ?? 0,
    historyPayloads: settings.historyPayloads ?? true,
    cancelForm: settings.cancelForm ?? 'documented',
    catalogue: settings.catalogue ?? {},
    documents,
  };
}

function sandboxApp(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>({ strict: false });
  app.use(dated(world));
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

/** Marks every answer as the sandbox's and sets the Date header to its clock; Node would use the machine's. */
function dated(world: World) {
  return createMiddleware<SandboxEnv>(async (c, next) => {
    const { outgoing } = c.env;
    const stamp = () => outgoing.setHeader('date', new Date(world.clock.now()).toUTCString());
    // Set early: some faults write their answer themselves, before control returns here.
    outgoing.setHeader(SANDBOX_HEADER, '1');
    stamp();
    await next();
    if (!outgoing.headersSent) stamp();
  });
}
