import { createMiddleware } from 'hono/factory';
import type { SandboxEnv, World } from './world.js';

/** Puts the sandbox's own time into the Date header of every answer; Node's would be the machine's. */
export function dated(world: World) {
  return createMiddleware<SandboxEnv>(async (c, next) => {
    const { outgoing } = c.env;
    const stamp = () => outgoing.setHeader('date', new Date(world.clock.now()).toUTCString());
    // Some faults write their answer themselves before the way back leads past here.
    stamp();
    await next();
    if (!outgoing.headersSent) stamp();
  });
}
