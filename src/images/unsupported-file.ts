import { startsWith } from './formats/byte-view.js';
import { NotAPictureError, SAVE_AGAIN } from './picture-errors.js';

/** Kinds of pictures and files that are recognised but not supported. */
const PICTURES: readonly [magic: string, name: string][] = [
  ['\0\0\0\x0cJXL ', 'a JPEG XL picture'],
  ['\xff\x0a', 'a JPEG XL picture'],
  ['\0\0\0\x0cjP  ', 'a JPEG 2000 picture'],
  ['8BPS', 'a Photoshop document'],
  ['gimp xcf', 'a GIMP document'],
  ['%PDF-', 'a PDF document'],
  ['\0\0\x01\0', 'an icon file'],
  ['II+\0', 'a BigTIFF picture'],
  ['MM\0+', 'a BigTIFF picture'],
];

const OTHERS: readonly [magic: string, name: string][] = [
  ['PK\x03\x04', 'a zip archive'],
  ['PK\x05\x06', 'a zip archive'],
  ['\x1f\x8b', 'a gzip archive'],
  ['7z\xbc\xaf\x27\x1c', 'a 7z archive'],
  ['\x1a\x45\xdf\xa3', 'a video (WebM or Matroska)'],
  ['\xff\xfe', 'text'],
  ['\xfe\xff', 'text'],
];

/** The root element, after declarations and comments; no part of it can match in two ways. */
const SVG = /^(?:\s|<\?xml[^>]*>|<!--(?:(?!-->)[^])*-->|<!doctype svg[^>]*>)*<svg[\s>]/i;

/** Bytes of a text that are checked. */
const SAMPLE_BYTES = 4096;

/** Error for bytes in none of the probed formats; it names what they look like. */
export function unsupportedFile(bytes: Uint8Array): NotAPictureError {
  const picture = PICTURES.find(([magic]) => startsWith(bytes, magic))?.[1];
  if (picture !== undefined || isBmp(bytes))
    return new NotAPictureError(`is ${picture ?? 'a BMP picture'}`, SAVE_AGAIN);
  const other = OTHERS.find(([magic]) => startsWith(bytes, magic))?.[1];
  if (other !== undefined) return lookingLike(other);

  const text = textOf(bytes.subarray(0, SAMPLE_BYTES));
  if (text === undefined) return new NotAPictureError('is not a picture');
  if (SVG.test(text)) {
    return new NotAPictureError('is an SVG drawing', SAVE_AGAIN);
  }
  if (/^\s*(?:<!doctype html|<html|<head|<body)/i.test(text)) return lookingLike('HTML');
  if (/^\s*<\?xml/i.test(text)) return lookingLike('XML');
  return lookingLike(/^\s*[{[]/.test(text) ? 'JSON' : 'text');
}

const lookingLike = (what: string) => new NotAPictureError(`is not a picture: it looks like ${what}`);

/** "BM" could also begin a text, so the two reserved fields must be zero. */
const isBmp = (bytes: Uint8Array) => startsWith(bytes, 'BM') && startsWith(bytes, '\0\0\0\0', 6);

/** UTF-8 without control characters; a character cut by the end of the sample is left out. */
function textOf(sample: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return /[^\P{Cc}\t\n\v\f\r]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
