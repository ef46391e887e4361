import { Hono, type Context } from 'hono';
import { detail, json } from './answers.js';
import { as } from './faults/faulty-route.js';
import { entryOf, hasSchema } from './platform/catalogue.js';
import { platformApp, platformNotFound } from './platform/platform.js';
import { directApp, queueApp } from './queue/queue.js';
import { restApp } from './storage/storage-routes.js';
import type { SandboxEnv, World } from './world.js';

const TARGET = 'x-fal-target-url';

/** fal's hosts as hono apps. */
export function hostApps(world: World): ReadonlyMap<string, Hono<SandboxEnv>> {
  const hosts = new Map([
    ['queue.fal.run', queueApp(world)],
    ['fal.run', directApp(world)],
    ['rest.fal.ai', restApp(world)],
    ['api.fal.ai', platformApp(world)],
    ['fal.ai', siteApp(world)],
  ]);
  for (const [host, app] of hosts) {
    app.notFound((c) => {
      world.ledger.miss(c.req.method, c.req.url);
      return host === 'api.fal.ai' ? platformNotFound(c.req.path) : detail(404, 'Not Found');
    });
    app.onError(failed);
  }
  return hosts;
}

/** Answer after a handler threw, mostly because a client left while its body was read. */
export function failed(): Response {
  return detail(500, 'Internal Server Error');
}

/**
 * fal's proxy protocol (fal-api.md 6.1): the real URL is in a header; method and body are kept. Plain
 * requests to one of fal's hosts are also served.
 */
export function proxyApp(world: World): Hono<SandboxEnv> {
  const hosts = hostApps(world);
  const app = new Hono<SandboxEnv>({ strict: false });

  app.use(async (c, next) => {
    const url = new URL(c.req.url);
    const host = hosts.get(url.hostname);
    if (host !== undefined) return host.fetch(await readdressed(c, url), c.env);
    await next();
    return undefined;
  });
  app.all('/proxy', async (c) => {
    const header = c.req.header(TARGET);
    // A client asks whether this is a sandbox (fal/route.ts): the header of the answer says so.
    if (header === undefined && c.req.method === 'GET') return json(200, { sandbox: true });
    const url = header !== undefined && URL.canParse(header) ? new URL(header) : undefined;
    const host = url?.protocol === 'https:' && url.port === '' ? hosts.get(url.hostname) : undefined;
    if (url === undefined || host === undefined) {
      world.ledger.miss(c.req.method, header ?? c.req.url);
      return detail(400, 'Invalid request');
    }
    return host.fetch(await readdressed(c, url), c.env);
  });
  return app;
}

async function readdressed(c: Context<SandboxEnv>, url: URL): Promise<Request> {
  const { method } = c.req;
  const body = method === 'GET' || method === 'HEAD' ? null : await c.req.arrayBuffer();
  return new Request(url, { method, headers: c.req.raw.headers, body });
}

/** `fal.ai`: only the page with an endpoint's schema (fal-api.md 5.7). It needs no key. */
function siteApp(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>({ strict: false });
  app.get('/api/openapi/queue/openapi.json', as(world, 'models'), (c) => {
    const id = c.req.query('endpoint_id') ?? '';
    const found = entryOf(world, id);
    return found === undefined || !hasSchema(found) ? detail(404, 'Not Found') : json(200, found.openapi);
  });
  return app;
}
