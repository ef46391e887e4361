import { Hono, type Context } from 'hono';
import { bytes, detail, json } from '../answers.js';
import { authorized } from '../auth.js';
import { as } from '../faults/faulty-route.js';
import type { SandboxEnv, World } from '../world.js';

/** `rest.fal.ai`: where uploads begin (fal-api.md 3.1, 3.2). */
export function restApp(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>({ strict: false });
  const initiate = async (c: Context<SandboxEnv>) => {
    const body = (await c.req.json().catch(() => undefined)) as
      { content_type?: unknown; file_name?: unknown } | undefined | null;
    if (typeof body !== 'object' || body === null) return detail(422, 'Body is not valid JSON');
    const { content_type: type, file_name: name } = body;
    const promised = world.storage.initiate(typeof name === 'string' ? name : 'file.bin', {
      contentType: typeof type === 'string' ? type : 'application/octet-stream',
      lifecycle: c.req.header('x-fal-object-lifecycle') ?? null,
      lifecyclePreference: c.req.header('x-fal-object-lifecycle-preference') ?? null,
    });
    return json(200, promised);
  };
  const route = '/storage/upload';
  app.post(`${route}/initiate`, as(world, 'initiate'), authorized(world), initiate);
  app.post(`${route}/initiate-multipart`, as(world, 'initiate'), authorized(world), initiate);
  return app;
}

const GONE = 'The upload URL is unknown or has expired';

/** The sandbox's own address: upload targets and files, which need no key, as on fal's CDN. */
export function filesApp(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>({ strict: false });
  const { storage } = world;

  app.put('/upload/:token', as(world, 'put'), async (c) => {
    const pending = storage.pending(c.req.param('token'));
    const content = new Uint8Array(await c.req.arrayBuffer());
    if (pending === undefined) return detail(403, GONE);
    const type = c.req.header('content-type') ?? pending.contentType;
    return json(200, {}, { etag: `"${storage.keep(pending, content, type)}"` });
  });
  app.put('/upload/:token/:part{[0-9]+}', as(world, 'put'), async (c) => {
    const pending = storage.pending(c.req.param('token'));
    const content = new Uint8Array(await c.req.arrayBuffer());
    if (pending === undefined) return detail(403, GONE);
    const partNumber = Number(c.req.param('part'));
    pending.parts.set(partNumber, content);
    // fal's clients read either one (fal-api.md 3.2).
    const etag = `part-${partNumber}`;
    return json(200, { partNumber, etag }, { etag: `"${etag}"` });
  });
  app.post('/upload/:token/complete', as(world, 'put'), async (c) => {
    const pending = storage.pending(c.req.param('token'));
    if (pending === undefined) return detail(403, GONE);
    const named = partNumbers(await c.req.json().catch(() => undefined));
    const parts = named.map((number) => pending.parts.get(number));
    const present = parts.filter((part) => part !== undefined);
    if (named.length === 0 || present.length < parts.length || present.length < pending.parts.size) {
      return detail(400, 'The list of parts does not match the parts that were sent');
    }
    storage.keep(pending, new Uint8Array(Buffer.concat(present)), pending.contentType);
    return json(200, {});
  });
  app.get('/files/:id/:name', as(world, 'file'), (c) => {
    const file = storage.get(`${storage.origin}${c.req.path}`);
    if (file === undefined) return detail(404, 'Not Found');
    return bytes(200, file.bytes, { 'content-type': file.contentType });
  });
  return app;
}

function partNumbers(body: unknown): number[] {
  const { parts } = (body ?? {}) as { parts?: unknown };
  if (!Array.isArray(parts)) return [];
  return parts.map((part: unknown) => Number((part as { partNumber?: unknown } | null)?.partNumber));
}
