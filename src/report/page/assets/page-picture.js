import { element, foreign } from './page-elements.js';
import { icon } from './page-icons.js';

/** @import { ReportPicture } from '../data.js' */

/** A page is not told why: the file may be gone, moved, or damaged. */
const CANNOT_BE_SHOWN = 'cannot be shown: moved, removed or damaged';

/**
 * A small picture that is loaded when it comes into sight.
 *
 * @param {ReportPicture} picture
 * @param {string} alt
 * @param {string} [className]
 */
export function thumbnail(picture, alt, className = '') {
  return image(picture.thumb ?? picture.src, picture, alt, {
    class: className,
    loading: 'lazy',
    decoding: 'async',
  });
}

/**
 * The picture itself, all of its pixels.
 *
 * @param {ReportPicture} picture
 * @param {string} alt
 * @param {string} className
 */
export function fullPicture(picture, alt, className) {
  return image(picture.src, picture, alt, { class: className, draggable: 'false' });
}

/**
 * What stands where a picture cannot: a quiet word instead of the browser's broken image.
 *
 * @param {string} words
 * @param {string} [name] of the file, if there is one
 * @param {string} [className]
 */
export function placeholder(words, name, className = '') {
  return element(
    'div',
    { class: `placeholder ${className}` },
    icon('none'),
    element('p', {}, words),
    name !== undefined && element('p', { class: 'name' }, foreign(name)),
  );
}

/**
 * @param {string} src
 * @param {ReportPicture} picture
 * @param {string} alt
 * @param {import('./page-elements.js').Attributes} attributes
 */
function image(src, { width, height, name }, alt, attributes) {
  const img = element('img', { ...attributes, alt, width, height });
  img.addEventListener('error', () => img.replaceWith(placeholder(CANNOT_BE_SHOWN, name, img.className)));
  img.src = src;
  return img;
}
