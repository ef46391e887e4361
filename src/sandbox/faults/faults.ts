import { randomInt } from 'node:crypto';
import { Points } from './points.js';
import { TRAITS, type Encounter, type Role, type Toxic } from './toxics.js';

interface Rule {
  toxic: Toxic;
  seen: number;
  hits: number;
  /** Aborted when the toxic is taken away: what it holds may go on. */
  released: AbortController;
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
