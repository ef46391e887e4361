import { seededRandom } from '../../src/sandbox/pictures/random.js';

/** Chance that can be had again by its seed. */
export class Dice {
  private readonly random: () => number;

  constructor(...seed: (string | number)[]) {
    this.random = seededRandom(...seed);
  }

  /** In [low, high). */
  between(low: number, high: number): number {
    return low + this.random() * (high - low);
  }

  /** From low to high, both among them. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T {
    return from[this.whole(0, from.length - 1)] as T;
  }

  /** True that often, from 0 to 1. */
  happens(probability: number): boolean {
    return this.random() < probability;
  }
}
