import { createHash } from 'node:crypto';

/**
 * SHA-256 in hex over endpoint and input, whatever the order of the keys: two submits of one edit have the same
 * key, since an edit's seed and uploaded URLs are its own.
 */
export function jobKey(endpoint: string, input: unknown): string {
  return createHash('sha256')
    .update(`${endpoint}\n${JSON.stringify(input, sortedKeys)}`)
    .digest('hex');
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  // Without a prototype: a key named __proto__ is a key like any other.
  const sorted = Object.create(null) as Record<string, unknown>;
  for (const [name, item] of Object.entries(value).sort(byName)) sorted[name] = item;
  return sorted;
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
