import { createMiddleware } from 'hono/factory';
import { detail, json } from './answers.js';
import type { SandboxEnv, World } from './world.js';

/** Why a header is rejected, in fal's words; undefined if it is accepted (fal-api.md 4.3). */
function complaint(world: World, header: string | undefined): string | undefined {
  if (world.key === undefined) return undefined;
  if (header === undefined) return 'Authorization header is required';
  const key = header.replace(/^Key\s+/i, '').trim();
  if (!/^[^:\s]+:[^:\s]+$/.test(key)) {
    return "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'.";
  }
  return key === world.key.trim() ? undefined : 'No user found for Key ID and Secret';
}

/** Key check before queue, run and storage routes. */
export function authorized(world: World) {
  return createMiddleware<SandboxEnv>(async (c, next) => {
    const text = complaint(world, c.req.header('authorization'));
    if (text !== undefined) return detail(401, text);
    await next();
    return undefined;
  });
}

/** Key check of the platform API, with its own error form; a key is optional on some of its routes. */
export function authorizedPlatform(world: World, optional: boolean) {
  return createMiddleware<SandboxEnv>(async (c, next) => {
    const header = c.req.header('authorization');
    const message = optional && header === undefined ? undefined : complaint(world, header);
    if (message !== undefined) return json(401, { error: { type: 'authorization_error', message } });
    await next();
    return undefined;
  });
}
