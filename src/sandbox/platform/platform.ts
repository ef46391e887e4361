import { Hono } from 'hono';
import { authorizedPlatform } from '../auth.js';
import { as } from '../faults/faulty-route.js';
import { requestHistory } from './history.js';
import { modelList } from './models.js';
import { failure } from './platform-form.js';
import { priceEstimate, priceList } from './pricing.js';
import type { SandboxEnv, World } from '../world.js';

/** `api.fal.ai` (fal-api.md 5.1, 5.2, 5.4, 5.5). */
export function platformApp(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>({ strict: false });
  const key = authorizedPlatform(world, false);
  app.get('/v1/models', as(world, 'models'), authorizedPlatform(world, true), (c) => modelList(world, c));
  app.get('/v1/models/pricing', as(world, 'pricing'), key, (c) => priceList(world, c));
  app.post('/v1/models/pricing/estimate', as(world, 'pricing'), key, (c) => priceEstimate(world, c));
  app.get('/v1/models/requests/by-endpoint', as(world, 'history'), key, (c) => requestHistory(world, c));
  return app;
}

/** The platform's answer for a route that it does not have. */
export function platformNotFound(path: string): Response {
  return failure(404, 'not_found', `No route for ${path}`);
}
