import { parse, posix } from 'node:path';
import type { Source } from './source.js';

/** Characters that move the cursor, break the line or change the reading direction in a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
/** Whether a text has no character that moves the cursor, breaks the line or changes the reading direction. */
export function isPrintable(text: string): boolean {
  return !UNPRINTABLE.test(text);
}

const UNPRINTABLE_ALL = new RegExp(UNPRINTABLE, 'gu');

/** A text on one line, as the name of a row or a file. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE_ALL, '_');
}

const escapeCharacter = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** JSON, with the unprintable characters that JSON allows escaped as well. */
const toJson = (text: string) => JSON.stringify(text).replace(UNPRINTABLE_ALL, escapeCharacter);

/** A file name for people: plain, or JSON-quoted if it contains control characters or newlines. */
export function displayName(name: string): string {
  return UNPRINTABLE.test(name) ? toJson(name) : name;
}

/** A file name within a sentence, always in quotation marks. */
export function inQuotes(name: string): string {
  return UNPRINTABLE.test(name) ? toJson(name) : `"${name}"`;
}

/** Base name without extension: "photos/cat.jpg" is "cat". */
export function nameOfPath(path: string): string {
  const { name } = parse(path);
  return name === '' ? 'image' : name;
}

/**
 * The last segment of a URL's path without extension, or "image". Characters that some system forbids in file
 * names become underscores: the URL is untrusted, and the name ends up in an output path.
 */
export function nameOfUrl(url: string): string {
  const segment = URL.canParse(url) ? posix.basename(new URL(url).pathname) : '';
  const { name } = posix.parse(decodeLoosely(segment).replace(/[/\\:*?"<>|]/g, '_'));
  const safe = name.replace(UNPRINTABLE_ALL, '_').slice(0, 100);
  return /^[.\s_]*$/.test(safe) ? 'image' : safe;
}

/** Value of `{name}` in output templates, for local pictures and for those that fal fetches. */
export function nameOf(source: Source): string {
  return source.kind === 'url' ? nameOfUrl(source.url) : source.name;
}

/** A file name for uploads: ASCII, no spaces, at most 80 characters before the extension. */
export function uploadName(name: string, extension: string, fallback = 'image'): string {
  const ascii = withoutAccents(name)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, 80)
    .replace(/^[-._]+|[-._]+$/g, '');
  return `${ascii === '' ? fallback : ascii}.${extension}`;
}

/** Most names are ASCII, and Unicode's tables cost 10 ms to load. */
function withoutAccents(name: string): string {
  return /^[\x20-\x7e]*$/.test(name) ? name : name.normalize('NFKD').replace(/\p{M}+/gu, '');
}

function decodeLoosely(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Most bytes of a part of a file name: the limit of common file systems, minus room for a number. */
const LONGEST_NAME = 200;

/** An untrusted text as part of a file name: no separators, no control characters, not hidden, not too long. */
export function harmlessName(text: string): string {
  // Fast path: most names are harmless, and a batch checks thousands.
  if (text.length <= LONGEST_NAME && /^\w[\w .()+-]*$/.test(text)) return text;
  // A letter has at least one byte, so the part cut off here, perhaps megabytes, would not fit anyway.
  const letters = Array.from(text.slice(0, LONGEST_NAME), (letter) => letter.replace(HARMFUL, '_'));
  while (Buffer.byteLength(letters.join('')) > LONGEST_NAME) letters.pop();
  const short = letters.join('').replace(/^\.+/, '_');
  return short === '' ? 'picture' : short;
}

/** Characters that some system forbids in names or that affect a terminal. */
const HARMFUL = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069/\\:*?"<>|]/u;
