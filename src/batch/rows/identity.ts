/*
 * INVARIANT: a row's key depends only on its request (edit/plan/fingerprint.ts): not on its position, its id, file
 * names or the time. So a manifest that was sorted, cut or extended pays only for its new rows.
 */
import { sha256Of } from '../../sha256.js';

/** Computes a row's identity. @param ordinal number of earlier rows with the same request */
export function keyOf(wish: string, ordinal: number): string {
  return sha256Of(`${wish} ${ordinal}`);
}

/** One part of a batch: part `index` of `count`, from 1. */
export interface Shard {
  index: number;
  count: number;
}

/** Whether a row belongs to a shard. Decided by its key: rows stay in their shard when others are added or removed. */
export function isInShard(key: string, { index, count }: Shard): boolean {
  return parseInt(key.slice(0, 12), 16) % count === index - 1;
}
