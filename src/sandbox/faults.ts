import { randomInt } from 'node:crypto';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createMiddleware } from 'hono/factory';
import { afterwards } from './faults-downstream.js';
import { before } from './faults-upstream.js';
import { Points } from './points.js';
import { TRAITS, directionOf, type Direction, type Role, type Toxic } from './toxics.js';
import type { SandboxEnv, World } from './world.js';

interface Rule {
  toxic: Toxic;
  seen: number;
  hits: number;
  /** Aborted when the toxic is taken away: what it holds may go on. */
  released: AbortController;
}

/** A toxic that met a request. */
export interface Encounter {
  toxic: Toxic;
  released: AbortSignal;
  /** Marks the toxic's point, if it has a name: to be called the moment before the fault happens. */
  reached: () => void;
}

/** The toxics in force, and how often each was met. */
export class Faults {
  readonly points = new Points();
  #rules: Rule[] = [];

  add(toxic: Toxic): void {
    const { name } = toxic;
    if (name !== undefined && !this.#rules.some((rule) => rule.toxic.name === name)) this.points.open(name);
    this.#rules.push({ toxic, seen: 0, hits: 0, released: new AbortController() });
  }

  clear(): void {
    this.#remove(() => true);
  }

  /** Takes the toxics of that name away and lets go what they hold; false when there is none. */
  release(name: string): boolean {
    return this.#remove(({ toxic }) => toxic.name === name);
  }

  list(): Toxic[] {
    return this.#rules.map((rule) => rule.toxic);
  }

  /** The toxics that hit this one request; asking counts. */
  take(role: Role): Encounter[] {
    return this.#rules
      .filter((rule) => strikes(rule, role))
      .map(({ toxic, released }) => ({
        toxic,
        released: released.signal,
        reached: () => {
          if (toxic.name !== undefined) this.points.hit(toxic.name);
        },
      }));
  }

  #remove(meant: (rule: Rule) => boolean): boolean {
    const removed = this.#rules.filter(meant);
    this.#rules = this.#rules.filter((rule) => !removed.includes(rule));
    for (const { released } of removed) released.abort();
    return removed.length > 0;
  }
}

function strikes(rule: Rule, role: Role): boolean {
  const { on, type, nth, toxicity = 1 } = rule.toxic;
  const { after = (nth ?? 1) - 1, times = nth === undefined ? Infinity : 1 } = rule.toxic;
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
      // Without this hono would copy the old answer's headers into the new one.
      c.res = undefined;
      c.res = answer;
      // Of a connection that one fault has ended, another one can make nothing.
      if (answer === RESPONSE_ALREADY_SENT) break;
    }
    return undefined;
  });
}
