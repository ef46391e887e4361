import { createHash } from 'node:crypto';

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

/** The same numbers in [0, 1) for the same words, on every machine: mulberry32 over a SHA-256. */
function seededRandom(...words: (string | number)[]): () => number {
  let state = createHash('sha256').update(words.join('\u0000')).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
