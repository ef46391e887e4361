import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createMiddleware } from 'hono/factory';
import { afterwards } from './downstream.js';
import { before } from './upstream.js';
import { directionOf, type Direction, type Role } from './toxics.js';
import type { SandboxEnv, World } from '../world.js';

/**
 * Middleware before a route: counts the request under its role and applies the faults. The whole body is read first,
 * so that "before acceptance" and "after acceptance" look the same to the client.
 */
export function as(world: World, role: Role) {
  return createMiddleware<SandboxEnv>(async (c, next) => {
    world.ledger.count(role);
    const met = world.faults.take(role);
    const on = (side: Direction) => met.filter(({ toxic }) => directionOf(toxic) === side);
    if (met.length > 0) await c.req.arrayBuffer();
    for (const encounter of on('upstream')) {
      const instead = await before(encounter, c.env);
      if (instead !== undefined) return instead;
    }
    await next();
    for (const encounter of on('downstream')) {
      const answer = await afterwards(encounter, c.res, c.env, world);
      // Otherwise hono would copy the old answer's headers into the new one.
      c.res = undefined;
      c.res = answer;
      // Once a fault has ended the connection, others have no effect.
      if (answer === RESPONSE_ALREADY_SENT) break;
    }
    return undefined;
  });
}
