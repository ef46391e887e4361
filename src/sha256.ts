import { hash } from 'node:crypto';

/** SHA-256 of bytes or of a text in UTF-8, hexadecimal. In one call: hashing in parts takes twice as long. */
export function sha256Of(content: string | Uint8Array): string {
  return hash('sha256', content);
}

/** JSON with the keys of every object sorted, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : part,
  );
}

/** Hexadecimal SHA-256 of the canonical JSON of a value. */
export function hashOf(value: unknown): string {
  return sha256Of(canonicalJson(value));
}
