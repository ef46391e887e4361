import { createHash } from 'node:crypto';

/**
 * SHA-256 in hex of endpoint and input, independent of the order of keys. Two submits of one edit have the same
 * key, since each edit has its own seed and uploaded URLs.
 */
export function jobKey(endpoint: string, input: unknown): string {
  return createHash('sha256')
    .update(`${endpoint}\n${JSON.stringify(input, sortedKeys)}`)
    .digest('hex');
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  // No prototype, so that a key named __proto__ is an ordinary key.
  const sorted = Object.create(null) as Record<string, unknown>;
  for (const [name, item] of Object.entries(value).sort(byName)) sorted[name] = item;
  return sorted;
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
