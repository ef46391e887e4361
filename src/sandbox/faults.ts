import { randomInt } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { afterwards } from './faults-downstream.js';
import { before } from './faults-upstream.js';
import { TRAITS, directionOf, type Direction, type Role, type Toxic } from './toxics.js';
import type { SandboxEnv, World } from './world.js';

interface Rule {
  toxic: Toxic;
  seen: number;
  hits: number;
}

/** The toxics in force, and how often each was met. */
export class Faults {
  #rules: Rule[] = [];

  add(toxic: Toxic): void {
    this.#rules.push({ toxic, seen: 0, hits: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  list(): Toxic[] {
    return this.#rules.map((rule) => rule.toxic);
  }

  /** The toxics that hit this one request; asking counts. */
  take(role: Role): Toxic[] {
    return this.#rules.filter((rule) => strikes(rule, role)).map((rule) => rule.toxic);
  }
}

function strikes(rule: Rule, role: Role): boolean {
  const { on, type, after = 0, times = Infinity, toxicity = 1 } = rule.toxic;
  if (on !== '*' && on !== role) return false;
  if (TRAITS[type].roles?.includes(role) === false) return false;
  rule.seen += 1;
  if (rule.seen <= after || rule.hits >= times) return false;
  if (toxicity < 1 && randomInt(1_000_000) >= toxicity * 1_000_000) return false;
  rule.hits += 1;
  return true;
}

/**
 * Stands before a route: counts the request under its role and lets the toxics at it. The body is read whole
 * first, so that "before acceptance" and "after acceptance" look the same to the client.
 */
export function as(world: World, role: Role) {
  return createMiddleware<SandboxEnv>(async (c, next) => {
    world.ledger.count(role);
    const toxics = world.faults.take(role);
    const on = (side: Direction) => toxics.filter((toxic) => directionOf(toxic) === side);
    if (toxics.length > 0) await c.req.arrayBuffer();
    for (const toxic of on('upstream')) {
      const instead = await before(toxic, c.env);
      if (instead !== undefined) return instead;
    }
    await next();
    for (const toxic of on('downstream')) {
      const answer = await afterwards(toxic, c.res, c.env, world);
      // Without this hono would copy the old answer's headers into the new one.
      c.res = undefined;
      c.res = answer;
    }
    return undefined;
  });
}
