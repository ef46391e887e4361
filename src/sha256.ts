import { hash } from 'node:crypto';

/** SHA-256 of bytes or of a text in UTF-8, hexadecimal. At once: a hash that is fed in parts takes twice as long. */
export function sha256Of(content: string | Uint8Array): string {
  return hash('sha256', content);
}
