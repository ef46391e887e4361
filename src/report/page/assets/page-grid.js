/* global document */
import { cellOf } from './page-cell.js';
import { element } from './page-elements.js';
import { createGridRow } from './page-grid-row.js';
import { createGridTable } from './page-grid-table.js';
import { labelledSelect } from './page-select.js';

/** @import { Axis, Metric, ReportItem } from '../data.js' */

/** Pixels of the screen. */
const CELL = { min: 72, max: 480, step: 4 };
/** Cells of an axis that is wrapped stand about so many in a line. */
const IN_LINE = 6;
/** What the titles of the rows and the margins take, in pixels. */
const BESIDE = 260;
const BETWEEN = 18;

/**
 * The items by their axes: the first makes the columns, the second the rows, and of each further one a value is
 * chosen.
 *
 * @param {readonly Axis[]} axes
 * @param {readonly Metric[]} metrics
 * @param {(item: ReportItem) => void} onopen
 * @param {() => void} onturn called when another value of a further axis is chosen
 */
export function createGrid(axes, metrics, onopen, onturn) {
  const [across, down, ...further] = axes;
  if (across === undefined) return undefined;
  const cell = (/** @type {ReportItem} */ item) => cellOf(item, metrics, onopen);
  const scroller = down === undefined ? element('div') : tableScroller(`${down.name} by ${across.name}`);
  const { elements, ...parts } =
    down === undefined ? createGridRow(across, cell) : createGridTable(across, down, cell, scroller);
  scroller.append(...elements);

  /** @type {Map<string, string>} */
  const chosen = new Map(further.map(({ name, values }) => [name, values[0] ?? '']));
  const pages = further.map((axis) =>
    axisSelect(axis, (value) => {
      chosen.set(axis.name, value);
      onturn();
    }),
  );
  return {
    ...parts,
    element: element(
      'div',
      { class: 'grid' },
      element(
        'div',
        { class: 'grid-tools' },
        ...pages,
        cellSize(scroller, down === undefined ? IN_LINE : across.values.length),
      ),
      scroller,
    ),
    /**
     * @param {readonly ReportItem[]} items
     * @returns those that are seen, in the order in which they are seen
     */
    fill(items) {
      return parts.fill(items.filter(({ at }) => [...chosen].every(([name, value]) => at[name] === value)));
    },
  };
}

/**
 * What scrolls has to be within reach of the keyboard.
 *
 * @param {string} label
 */
function tableScroller(label) {
  return element('div', { class: 'grid-scroller', tabindex: 0, role: 'region', 'aria-label': label });
}

/**
 * @param {Axis} axis
 * @param {(value: string) => void} onchoose
 */
function axisSelect({ name, values }, onchoose) {
  const options = values.map((value) => ({ value, text: value }));
  return labelledSelect(name, options, onchoose).element;
}

/**
 * A slider for the size of the cells; at first the columns fill the window.
 *
 * @param {HTMLElement} scroller
 * @param {number} columns
 */
function cellSize(scroller, columns) {
  const resize = () => scroller.style.setProperty('--cell', `${input.value}px`);
  const value = Math.max(120, Math.min(400, (document.body.clientWidth - BESIDE) / columns - BETWEEN));
  const input = element('input', { type: 'range', ...CELL, value, oninput: resize });
  resize();
  return element('label', { class: 'cell-size' }, element('span', {}, 'Size'), input);
}
