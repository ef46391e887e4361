import type { FieldChange } from './field-change.js';

/** A change that several requests share. */
export interface CountedChange extends FieldChange {
  rows: number;
}

/** Fates of many requests, each kind once, with the words of the first request that had it; defaults come last. */
export function countChanges(rows: readonly (readonly FieldChange[])[]): CountedChange[] {
  const counted = new Map<string, CountedChange>();
  for (const changes of rows) {
    const seen = new Set<string>();
    for (const change of changes) {
      const field = change.field.replace(/\[[\d.]+\]/g, '[]');
      const kind = JSON.stringify([field, change.kind, change.to]);
      // Two LoRAs of one row are one row.
      if (seen.has(kind)) continue;
      seen.add(kind);
      const before = counted.get(kind);
      if (before === undefined) counted.set(kind, { ...change, field, rows: 1 });
      else before.rows++;
    }
  }
  const isDefault = ({ kind }: FieldChange): number => (kind === 'default_differs' ? 1 : 0);
  return [...counted.values()].sort((a, b) => isDefault(a) - isDefault(b));
}
