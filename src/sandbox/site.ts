import { Hono } from 'hono';
import { detail, json } from './answers.js';
import { published } from './platform/catalogue.js';
import { as } from './faults/faulty-route.js';
import { openApi } from './platform/open-api.js';
import type { SandboxEnv, World } from './world.js';

/** `fal.ai`, of which only the page with an endpoint's schema is played (fal-api.md 5.7). It asks for no key. */
export function siteApp(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>({ strict: false });
  app.get('/api/openapi/queue/openapi.json', as(world, 'models'), (c) => {
    const id = c.req.query('endpoint_id') ?? '';
    const found = new Map(published(world.catalogue)).get(id);
    if (found === undefined) return detail(404, 'Not Found');
    return json(200, found.openapi ?? openApi(id, found.fields));
  });
  return app;
}
