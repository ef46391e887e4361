import { inStates, matching, ordered, tally } from './page-choose.js';
import { createControls } from './page-controls.js';
import { element } from './page-elements.js';
import { createGrid } from './page-grid.js';
import { focusPlace, placesIn } from './page-keys.js';
import { createList } from './page-list.js';
import { segments } from './page-segments.js';
import { STATES } from './page-text.js';

/** @import { PageHead, ReportItem } from '../data.js' */
/** @import { Wish } from './page-choose.js' */

/**
 * The items as a list or a grid, with the bar that chooses among them.
 *
 * @param {PageHead} head
 * @param {readonly ReportItem[]} items
 * @param {(seen: readonly ReportItem[], item: ReportItem) => void} onopen told all that are seen, in order
 */
export function createResults(head, items, onopen) {
  /** @type {Wish} */
  let wish = { states: new Set(), model: '', text: '', sort: '', descending: false };
  /** @type {readonly ReportItem[]} */
  let seen = [];
  const open = (/** @type {ReportItem} */ item) => onopen(seen, item);
  const list = createList(head.metrics, open);
  const grid = createGrid(head.axes, head.metrics, open, () => show(wish));
  /** @type {NonNullable<typeof grid> | typeof list} */
  let shown = grid ?? list;
  const root = element('div', { class: 'results' });
  const controls = createControls({
    states: STATES.filter((state) => items.some((item) => item.state === state)),
    models: [...new Set(items.map(({ model }) => model))].sort(),
    metrics: head.metrics,
    total: items.length,
    onwish: show,
  });

  /** @param {Wish} next */
  function show(next) {
    wish = next;
    const found = matching(items, wish);
    const chosen = inStates(found, wish);
    controls.tell(tally(found), chosen.length);
    seen = shown.fill(ordered(chosen, wish));
    root.classList.toggle('as-grid', shown === grid);
    root.replaceChildren(seen.length > 0 ? shown.element : nothing(items.length === 0, controls.clear));
  }

  const arrangement =
    grid &&
    segments('Arrangement', ['Grid', 'List'], (at) => {
      shown = at === 0 ? grid : list;
      show(wish);
    });
  show(wish);
  return {
    elements: [
      element(
        'div',
        { class: 'bar', hidden: items.length === 0 },
        controls.element,
        element('div', { class: 'line' }, element('h2', {}, 'Pictures'), controls.count, arrangement),
      ),
      root,
    ],
    focusSearch: controls.focusSearch,
    shown: () => shown,
    /**
     * Puts the focus on an item, however far down it is.
     *
     * @param {ReportItem} item
     */
    focus(item) {
      shown.reach(item);
      const place = placesIn(shown.element).find((one) => one.dataset['key'] === item.key);
      if (place !== undefined) focusPlace(place);
    },
  };
}

/**
 * @param {boolean} isEmpty whether there was nothing to choose from
 * @param {() => void} onclear
 */
function nothing(isEmpty, onclear) {
  if (isEmpty) return element('p', { class: 'empty' }, 'This report has no edits.');
  const button = element('button', { type: 'button', class: 'button', onclick: onclear }, 'Show all');
  return element('div', { class: 'empty' }, element('p', {}, 'No edits match.'), button);
}
