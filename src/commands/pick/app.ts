import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import * as z from 'zod';
import { onlyHost, type Access } from './access.js';
import type { Judging } from './judging.js';
import { isWebPicture, webpOf } from '../../report/thumbnails.js';

/** The page and its security policy. */
export interface Page {
  html: string;
  /** Content-Security-Policy. */
  policy: string;
}

/** Larger than any choice. */
const MOST_BODY_BYTES = 4_096;

const choice = z.object({ pair: z.string(), chosen: z.enum(['left', 'right', 'none']) });

const USED = 'This address works only once and was already opened. Run fal-edit pick again for a new one.\n';

/** The page of `fal-edit pick`. @param host `127.0.0.1:PORT` @param onEnd called when the user stops or is done */
export function pickApp(judging: Judging, page: Page, access: Access, host: string, onEnd: () => void): Hono {
  const app = new Hono();
  app.use(onlyHost(host));
  app.use(async (c, next) => {
    await next();
    c.header('content-security-policy', page.policy);
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
    c.header('cross-origin-resource-policy', 'same-origin');
    c.header('cross-origin-opener-policy', 'same-origin');
    c.header('cache-control', 'no-store');
  });
  app.get('/begin/:token', (c) =>
    // A redirect would lose a strict cookie if the address was clicked on a web page.
    access.enter(c, c.req.param('token')) ? c.html(page.html) : c.text(USED, 403),
  );
  app.use(access.guard);
  app.use(bodyLimit({ maxSize: MOST_BODY_BYTES }));
  app.get('/', (c) => c.html(page.html));
  app.get('/state', (c) => c.json(judging.state()));
  app.get('/picture/:id', async (c) => {
    const file = judging.fileOf(c.req.param('id'));
    const bytes = file === undefined ? undefined : await readFile(file).catch(() => undefined);
    if (bytes === undefined) return c.text('No such picture.\n', 404);
    const readable = isWebPicture(bytes) ? bytes : ((await webpOf(bytes)) ?? bytes);
    return c.body(new Uint8Array(readable), 200, { 'content-type': typeOf(readable) });
  });
  app.post('/choice', async (c) => {
    const given = choice.safeParse(await c.req.json().catch(() => undefined));
    if (!given.success) return c.text('Not a valid choice.\n', 400);
    await judging.choose(given.data.pair, given.data.chosen);
    return c.json(judging.state());
  });
  app.post('/undo', async (c) => {
    await judging.undo();
    return c.json(judging.state());
  });
  app.post('/end', (c) => {
    onEnd();
    return c.body(null, 204);
  });
  app.onError((error, c) =>
    error instanceof HTTPException ? error.getResponse() : c.text('The choice could not be saved.\n', 500),
  );
  return app;
}

/** Type by the first bytes, so that a file that is not a picture cannot run as something else. */
function typeOf(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('\x89PNG')) return 'image/png';
  if (start.startsWith('\xff\xd8')) return 'image/jpeg';
  if (start.startsWith('GIF8')) return 'image/gif';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'image/webp';
  if (start.slice(4, 11) === 'ftypavi') return 'image/avif';
  return 'application/octet-stream';
}
