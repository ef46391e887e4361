import { copyButton } from './page-copy.js';
import { element } from './page-elements.js';
import { cardPictures } from './page-list.js';
import { figureText, STATE_WORDS } from './page-text.js';

/** @import { Metric, ReportItem } from '../data.js' */

/**
 * An item in a grid, where its place says what it is: the picture, the first figure that is known, and the state
 * where it is not done.
 *
 * @param {ReportItem} item
 * @param {readonly Metric[]} metrics
 * @param {(item: ReportItem) => void} onopen
 */
export function cellOf(item, metrics, onopen) {
  const { key, title, state } = item;
  const [picture] = cardPictures({ ...item, before: item.after.length === 0 ? item.before : [] });
  const figure = metrics.map((metric) => figureText(item, metric)).find((text) => text !== undefined);
  const label = `${title}: ${STATE_WORDS[state]}`;
  return element(
    'div',
    { class: 'cell', 'data-state': state, 'data-key': key },
    element('div', { class: 'picture' }, picture),
    element('button', { type: 'button', class: 'open', 'aria-label': label, onclick: () => onopen(item) }),
    element(
      'div',
      { class: 'line foot' },
      element('span', { class: 'state' }, STATE_WORDS[state]),
      figure !== undefined && element('span', { class: 'figure' }, figure),
      copyButton(item),
    ),
  );
}
