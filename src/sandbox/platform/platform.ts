import { Hono } from 'hono';
import { json } from '../answers.js';
import { authorizedPlatform } from '../auth.js';
import { published } from './catalogue.js';
import { as } from '../faults/faulty-route.js';
import { requestHistory } from './history.js';
import { openApi } from './open-api.js';
import { endpointsOf, failure } from './platform-form.js';
import type { SandboxEnv, World } from '../world.js';

const PAGE = { next_cursor: null, has_more: false };

/** `api.fal.ai` (fal-api.md 5.1, 5.2, 5.5). */
export function platformApp(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>({ strict: false });

  app.get('/v1/models', as(world, 'models'), authorizedPlatform(world, true), (c) => {
    const ids = endpointsOf(c);
    const limit = Number(c.req.query('limit') ?? 50);
    if (!Number.isInteger(limit) || limit < 1 || (ids?.length ?? 0) > 50) {
      return failure(400, 'validation_error', 'limit must be a positive integer, endpoint_id 1 to 50 ids');
    }
    const expanded = c.req.queries('expand')?.includes('openapi-3.0') === true;
    const found = published(world.catalogue).filter(([id]) => ids === undefined || ids.includes(id));
    const models = found.slice(0, limit).map(([endpoint_id, { title, status, fields, openapi }]) => ({
      endpoint_id,
      metadata: {
        display_name: title,
        category: 'image-to-image',
        description: `${title}, as the sandbox plays it`,
        status,
        tags: ['lora', 'sandbox'],
        updated_at: '2026-10-01T00:00:00Z',
        thumbnail_url: `https://fal.ai/models/${endpoint_id}/thumbnail.png`,
        model_url: `https://fal.run/${endpoint_id}`,
        license_type: 'commercial',
      },
      ...(expanded ? { openapi: openapi ?? openApi(endpoint_id, fields) } : {}),
    }));
    return json(200, { models, ...PAGE, has_more: found.length > models.length });
  });

  app.get('/v1/models/pricing', as(world, 'pricing'), authorizedPlatform(world, false), (c) => {
    const ids = endpointsOf(c) ?? [];
    if (ids.length < 1 || ids.length > 50) {
      return failure(400, 'validation_error', 'endpoint_id: 1 to 50 ids are needed');
    }
    const known = new Map(published(world.catalogue));
    const prices = ids.flatMap((endpoint_id) => {
      const endpoint = known.get(endpoint_id);
      if (endpoint === undefined) return [];
      return [{ endpoint_id, unit_price: endpoint.unitPrice, unit: endpoint.unit, currency: 'USD' }];
    });
    return json(200, { prices, ...PAGE });
  });

  app.get('/v1/models/requests/by-endpoint', as(world, 'history'), authorizedPlatform(world, false), (c) =>
    requestHistory(world, c),
  );

  return app;
}

/** The platform's answer for a route that it does not have. */
export function platformNotFound(path: string): Response {
  return failure(404, 'not_found', `No route for ${path}`);
}
