import { copyButton } from './page-copy.js';
import { element, foreign } from './page-elements.js';
import { growing } from './page-growing.js';
import { placeholder, thumbnail } from './page-picture.js';
import { figureText, STATE_WORDS } from './page-text.js';

/** @import { Metric, ReportItem } from '../data.js' */

const CARDS_AT_ONCE = 60;
/** A card has room for so many figures. */
const FIGURES = 3;

/**
 * The items as cards.
 *
 * @param {readonly Metric[]} metrics
 * @param {(item: ReportItem) => void} onopen
 */
export function createList(metrics, onopen) {
  const list = element('ul', { class: 'cards' });
  const parts = growing(list, (/** @type {ReportItem} */ item) => card(item, metrics, onopen), {
    step: CARDS_AT_ONCE,
  });
  /** @type {readonly ReportItem[]} */
  let seen = [];
  return {
    element: element('div', { class: 'list' }, list, parts.end),
    grow: parts.grow,
    reach: (/** @type {ReportItem} */ item) => parts.reach(seen.indexOf(item)),
    /**
     * @param {readonly ReportItem[]} items
     * @returns the items in the order in which they are seen
     */
    fill(items) {
      seen = items;
      parts.fill(seen);
      return seen;
    },
  };
}

/**
 * @param {ReportItem} item
 * @param {readonly Metric[]} metrics
 * @param {(item: ReportItem) => void} onopen
 */
function card(item, metrics, onopen) {
  const { key, title, state, prompt, notes } = item;
  const [note] = notes;
  const open = element(
    'button',
    { type: 'button', class: 'open', onclick: () => onopen(item) },
    foreign(title),
  );
  return element(
    'li',
    { class: 'card', 'data-state': state, 'data-key': key },
    element('div', { class: 'picture' }, ...cardPictures(item)),
    element('div', { class: 'line' }, element('h3', {}, open), copyButton(item)),
    element('p', { class: 'prompt', dir: 'auto' }, prompt),
    note !== undefined && element('p', { class: 'note', dir: 'auto' }, note),
    element(
      'div',
      { class: 'line foot' },
      element('span', { class: 'state' }, STATE_WORDS[state]),
      element('dl', { class: 'facts' }, ...cardFigures(item, metrics)),
    ),
  );
}

/**
 * The result with what it was made from in a corner, or the latter alone.
 *
 * @param {ReportItem} item
 */
export function cardPictures(item) {
  const { title } = item;
  const [before] = item.before;
  const [after] = item.after;
  if (after === undefined) {
    if (before === undefined) return [placeholder('no result')];
    return [
      thumbnail(before, `before of ${title}, which has no result`, 'without-result'),
      element('span', { class: 'tag' }, 'no result'),
    ];
  }
  return [
    thumbnail(after, `result of ${title}`),
    before && thumbnail(before, `before of ${title}`, 'inset'),
    item.after.length > 1 && element('span', { class: 'tag' }, `${item.after.length} results`),
  ];
}

/**
 * @param {ReportItem} item
 * @param {readonly Metric[]} metrics
 */
function cardFigures(item, metrics) {
  return metrics
    .map((metric) => ({ label: metric.label, text: figureText(item, metric) }))
    .filter(({ text }) => text !== undefined)
    .slice(0, FIGURES)
    .map(({ label, text }) => element('div', {}, element('dt', {}, label), element('dd', {}, text)));
}
