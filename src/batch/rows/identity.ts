/*
 * INVARIANT: a row's key follows from what it asks for (edit/plan/fingerprint.ts) and from nothing else: not from its place,
 * its id, the file's names or the time. So a manifest that was sorted, cut or added to pays only for what is new in it.
 */
import { sha256Of } from '../../sha256.js';

/** A row's identity. @param ordinal how many rows before it ask for the same */
export function keyOf(wish: string, ordinal: number): string {
  return sha256Of(`${wish} ${ordinal}`);
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
