import { asSchema, type Schema } from './schema.js';

const PICTURE_WORDS = new Set(['image', 'images', 'mask', 'masks', 'photo', 'photos', 'picture', 'pictures']);

/**
 * Whether the sandbox loads the texts in a field of the input as pictures: by the last word of its name, not counting
 * `url`, `urls` and `source`, or by fal's mark.
 */
export function takesPictures(name: string, field: Schema): boolean {
  const mark = asSchema(field['ui'])?.['field'] ?? field['_fal_ui_field'];
  if (typeof mark === 'string' && mark.startsWith('image')) return true;
  const words = name.toLowerCase().split('_');
  if (['url', 'urls', 'source'].includes(words.at(-1) ?? '')) words.pop();
  return PICTURE_WORDS.has(words.at(-1) ?? '');
}

/** Whether a picture field is a mask, which never appears in a result. */
export function isMask(name: string): boolean {
  return /(^|_)masks?(_|$)/.test(name);
}
