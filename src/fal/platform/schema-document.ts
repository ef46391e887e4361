import { canonicalJson, sha256Of } from '../../sha256.js';
import { asRecord } from '../answer.js';

/** An OpenAPI document of an endpoint. Everything in it is from outside, and not checked yet. */
export interface SchemaDocument {
  openapi: Record<string, unknown>;
  /** The document as JSON. */
  text: string;
  /** SHA-256 of its content, hexadecimal: independent of white space and of the order of fields. */
  hash: string;
}

/** The longest document that is read, in characters of JSON. fal's own have up to 60,000. */
export const MAX_DOCUMENT_LENGTH = 4_000_000;

/**
 * Recognises an OpenAPI document.
 *
 * @returns undefined if it is something else, such as fal's error in its place, or too large or deep to be one
 */
export function documentOf(value: unknown): SchemaDocument | undefined {
  const openapi = asRecord(value);
  if (openapi === undefined || asRecord(openapi['paths']) === undefined) return undefined;
  try {
    const text = JSON.stringify(openapi);
    if (text.length > MAX_DOCUMENT_LENGTH) return undefined;
    return { openapi, text, hash: sha256Of(canonicalJson(openapi)) };
  } catch (error) {
    // Nested too deeply to be walked.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
