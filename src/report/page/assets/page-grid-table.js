import { element, foreign } from './page-elements.js';
import { growing } from './page-growing.js';
import { thumbnail } from './page-picture.js';

/** @import { Axis, ReportItem } from '../data.js' */

/** Rows that are made at once. */
const ROWS_AT_ONCE = 24;

/**
 * A grid of two axes. Where the rows were made from different pictures, each begins with its own.
 *
 * @param {Axis} across
 * @param {Axis} down
 * @param {(item: ReportItem) => Node} cell
 * @param {HTMLElement} scroller in which the table moves under its titles
 */
export function createGridTable(across, down, cell, scroller) {
  const body = element('tbody');
  let isOfMany = false;
  const parts = growing(body, (/** @type {Row} */ row) => tableRow(row, across, cell, isOfMany), {
    step: ROWS_AT_ONCE,
    scroller,
  });
  /** @type {Row[]} */
  let rows = [];
  return {
    elements: [element('table', {}, tableHead(across, down), body), parts.end],
    grow: parts.grow,
    reach: (/** @type {ReportItem} */ item) =>
      parts.reach(rows.findIndex(({ value }) => value === item.at[down.name])),
    /**
     * @param {readonly ReportItem[]} items
     * @returns the items in the order in which they are seen
     */
    fill(items) {
      rows = rowsOf(items, across, down);
      isOfMany = new Set(items.map((item) => item.before[0]?.src)).size > 1;
      parts.fill(rows);
      return rows.flatMap(({ cells }) => across.values.flatMap((value) => cells.get(value) ?? []));
    },
  };
}

/**
 * @param {Axis} across
 * @param {Axis} down
 */
function tableHead(across, down) {
  const corner = element(
    'th',
    { class: 'corner', scope: 'col' },
    element('span', {}, foreign(across.name), ' →'),
    element('span', {}, foreign(down.name), ' ↓'),
  );
  const titles = across.values.map((value) => element('th', { scope: 'col' }, foreign(value)));
  return element('thead', {}, element('tr', {}, corner, ...titles));
}

/** @typedef {{ value: string, cells: Map<string, ReportItem[]> }} Row by the value of the other axis */

/**
 * The rows in which something is.
 *
 * @param {readonly ReportItem[]} items
 * @param {Axis} across
 * @param {Axis} down
 */
function rowsOf(items, across, down) {
  /** @type {Map<string, Row>} */
  const rows = new Map(down.values.map((value) => [value, { value, cells: new Map() }]));
  for (const item of items) {
    const cells = rows.get(item.at[down.name] ?? '')?.cells;
    const column = item.at[across.name] ?? '';
    cells?.set(column, [...(cells.get(column) ?? []), item]);
  }
  return [...rows.values()].filter(({ cells }) => cells.size > 0);
}

/**
 * @param {Row} row
 * @param {Axis} across
 * @param {(item: ReportItem) => Node} cell
 * @param {boolean} isOfMany
 */
function tableRow({ value, cells }, across, cell, isOfMany) {
  const items = [...cells.values()].flat();
  const [before] = items[0]?.before ?? [];
  const isShared = before !== undefined && items.every((item) => item.before[0]?.src === before.src);
  return element(
    'tr',
    {},
    element(
      'th',
      { scope: 'row', class: isOfMany && 'of-many' },
      isOfMany && isShared && thumbnail(before, `before of ${value}`),
      element('span', { class: 'value' }, foreign(value)),
    ),
    ...across.values.map((column) => {
      const found = cells.get(column);
      return found ? element('td', {}, ...found.map(cell)) : element('td', { class: 'nothing' }, '–');
    }),
  );
}
