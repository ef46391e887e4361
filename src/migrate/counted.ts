import type { Fate } from './fate.js';

/** A fate that several requests share. */
export interface CountedFate extends Fate {
  rows: number;
}

/** Fates of many requests, each kind once, with the words of the first request that had it; defaults come last. */
export function countedFates(rows: readonly (readonly Fate[])[]): CountedFate[] {
  const counted = new Map<string, CountedFate>();
  for (const fates of rows) {
    const seen = new Set<string>();
    for (const fate of fates) {
      const field = fate.field.replace(/\[[\d.]+\]/g, '[]');
      const kind = JSON.stringify([field, fate.fate, fate.to]);
      // Two LoRAs of one row are one row.
      if (seen.has(kind)) continue;
      seen.add(kind);
      const before = counted.get(kind);
      if (before === undefined) counted.set(kind, { ...fate, field, rows: 1 });
      else before.rows++;
    }
  }
  const isDefault = ({ fate }: Fate): number => (fate === 'default_differs' ? 1 : 0);
  return [...counted.values()].sort((a, b) => isDefault(a) - isDefault(b));
}
