/*
 * INVARIANT: a row's key follows from what it asks for (edit/fingerprint.ts) and from nothing else: not from its place,
 * its id, the file's names or the time. So a manifest that was sorted, cut or added to pays for what is new in it alone.
 */
import { sha256Of } from '../sha256.js';

/** A row's identity. @param ordinal how many rows before it ask for the same */
export function keyOf(wish: string, ordinal: number): string {
  return sha256Of(`${wish} ${ordinal}`);
}

/**
 * The seed of a row that names none: the same on every machine, another one for each try.
 *
 * @param attempt from 1
 * @returns a whole number in [0, 2^31)
 */
export function seedOf(key: string, attempt: number): number {
  return parseInt(sha256Of(`${key} ${attempt}`).slice(0, 8), 16) >>> 1;
}

/** A part of a batch: `index` of `count`, from 1. */
export interface Shard {
  index: number;
  count: number;
}

/** Whether a row belongs to a shard. By its key: a shard keeps its rows when others come and go. */
export function isInShard(key: string, { index, count }: Shard): boolean {
  return parseInt(key.slice(0, 12), 16) % count === index - 1;
}
