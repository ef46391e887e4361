import { createMiddleware } from 'hono/factory';
import { SANDBOX_HEADER } from '../fal/connection.js';
import type { SandboxEnv, World } from './world.js';

/** Marks every answer as the sandbox's, and puts its own time into the Date header; Node's would be the machine's. */
export function dated(world: World) {
  return createMiddleware<SandboxEnv>(async (c, next) => {
    const { outgoing } = c.env;
    const stamp = () => outgoing.setHeader('date', new Date(world.clock.now()).toUTCString());
    // Some faults write their answer themselves before the way back leads past here.
    outgoing.setHeader(SANDBOX_HEADER, '1');
    stamp();
    await next();
    if (!outgoing.headersSent) stamp();
  });
}
