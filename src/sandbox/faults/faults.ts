import { randomInt } from 'node:crypto';
import { Points } from './points.js';
import { TRAITS, type Encounter, type Role, type Toxic } from './toxics.js';

interface Rule {
  toxic: Toxic;
  seen: number;
  hits: number;
  /** Aborted when the fault is removed: the requests that it holds continue. */
  released: AbortController;
}

/** The active faults, and how many requests each has hit. */
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

  /** Removes the faults with that name and releases the requests they hold; false if there are none. */
  release(name: string): boolean {
    return this.#remove(({ toxic }) => toxic.name === name);
  }

  list(): Toxic[] {
    return this.#rules.map((rule) => rule.toxic);
  }

  /** The faults that hit this request; each call counts as one request. */
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
