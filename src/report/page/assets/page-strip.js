import { element } from './page-elements.js';
import { thumbnail } from './page-picture.js';

/** @import { ReportItem } from '../data.js' */

/**
 * The results of an edit to choose from; nothing where there is but one.
 *
 * @param {(at: number) => void} onchoose
 */
export function createStrip(onchoose) {
  const strip = element('div', { class: 'strip', role: 'group', 'aria-label': 'Results' });
  return {
    element: strip,
    /** @param {ReportItem} item */
    show({ after, title }) {
      strip.replaceChildren(
        ...(after.length < 2 ? [] : after).map((picture, at) => {
          const label = `Result ${at + 1} of ${title}`;
          const attributes = { type: 'button', 'aria-label': label, onclick: () => onchoose(at) };
          return element('button', attributes, thumbnail(picture, ''));
        }),
      );
    },
    /** @param {number} chosen */
    tell(chosen) {
      [...strip.children].forEach((one, at) => one.setAttribute('aria-pressed', String(at === chosen)));
    },
  };
}
