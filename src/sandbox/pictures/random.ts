import { createHash } from 'node:crypto';

/** The same numbers in [0, 1) for the same words, on every machine: mulberry32 over a SHA-256. */
export function seededRandom(...words: (string | number)[]): () => number {
  let state = createHash('sha256').update(words.join('\u0000')).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
