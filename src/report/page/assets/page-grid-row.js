import { element, foreign } from './page-elements.js';
import { growing } from './page-growing.js';

/** @import { Axis, ReportItem } from '../data.js' */

const CELLS_AT_ONCE = 60;

/**
 * The values of a single axis in one row, which wraps.
 *
 * @param {Axis} axis
 * @param {(item: ReportItem) => Node} cell
 */
export function createGridRow({ name, values }, cell) {
  const list = element('ul', { class: 'wrapped' });
  const parts = growing(list, (/** @type {ReportItem} */ item) => place(name, item, cell), {
    step: CELLS_AT_ONCE,
  });
  const rank = new Map(values.map((value, index) => [value, index]));
  const rankOf = (/** @type {ReportItem} */ { at }) => rank.get(at[name] ?? '') ?? rank.size;
  /** @type {readonly ReportItem[]} */
  let seen = [];
  return {
    elements: [list, parts.end],
    grow: parts.grow,
    reach: (/** @type {ReportItem} */ item) => parts.reach(seen.indexOf(item)),
    /**
     * @param {readonly ReportItem[]} items
     * @returns the items in the order in which they are seen
     */
    fill(items) {
      seen = [...items].sort((one, other) => rankOf(one) - rankOf(other));
      parts.fill(seen);
      return seen;
    },
  };
}

/**
 * @param {string} axis
 * @param {ReportItem} item
 * @param {(item: ReportItem) => Node} cell
 */
function place(axis, item, cell) {
  const value = element('b', {}, foreign(item.at[axis] ?? ''));
  return element('li', {}, element('p', { class: 'at' }, `${axis} `, value), cell(item));
}
