import { drawn, element, foreign } from './page-elements.js';
import { positions, stretches, ticks } from './page-scale.js';
import { plainText } from './page-text.js';

/** @import { Chart } from '../data.js' */

/** In units of the drawing, which are pixels where there is room. */
const WIDTH = 400;
const HEIGHT = 230;
const INNER = { left: 46, right: 388, top: 12, bottom: 184 };
/** Styles of lines in page-charts.css. */
const STYLES = 6;
/** Labels that have room below the axis. */
const LABELS = 7;

/**
 * A line chart, with its numbers as a table.
 *
 * @param {Chart} chart
 */
export function chartFigure(chart) {
  const { title, x, series } = chart;
  return element(
    'figure',
    { class: 'chart' },
    element('figcaption', {}, foreign(title)),
    legend(series.map(({ name }) => name)),
    drawing(chart),
    element('details', {}, element('summary', {}, 'Numbers'), numbers(x, series)),
  );
}

/** @param {string[]} names */
function legend(names) {
  const samples = names.map((name, index) =>
    element(
      'li',
      {},
      drawn(
        'svg',
        { class: `sample line-${index % STYLES}`, viewBox: '0 0 28 10', 'aria-hidden': 'true' },
        drawn('path', { d: 'M0 5H28' }),
        drawn('circle', { cx: 14, cy: 5, r: 3 }),
      ),
      foreign(name),
    ),
  );
  return element('ul', { class: 'legend' }, ...samples);
}

/** @param {Chart} chart */
function drawing({ title, x, series }) {
  const known = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const steps = ticks(Math.min(0, ...known), Math.max(...known, 0), 4);
  const low = steps[0] ?? 0;
  const high = steps.at(-1) ?? 1;
  const places = positions(x.values).map((at) => INNER.left + 10 + at * (INNER.right - INNER.left - 20));
  const heightOf = (/** @type {number} */ value) =>
    INNER.bottom - ((value - low) / (high - low)) * (INNER.bottom - INNER.top);
  return drawn(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `Line chart: ${title} by ${x.label}` },
    ...steps.map((step) => rule(heightOf(step), plainText(step))),
    ...axisLabels(x.values, places),
    drawn('text', { class: 'axis', x: (INNER.left + INNER.right) / 2, y: HEIGHT - 8 }, x.label),
    ...series.map(({ values }, index) => line(values, index, places, heightOf)),
  );
}

/**
 * @param {number} y
 * @param {string} text
 */
function rule(y, text) {
  return drawn(
    'g',
    { class: 'rule' },
    drawn('path', { d: `M${INNER.left} ${y}H${INNER.right}` }),
    drawn('text', { x: INNER.left - 8, y: y + 4 }, text),
  );
}

/**
 * @param {readonly (number | string)[]} values
 * @param {number[]} places
 */
function axisLabels(values, places) {
  const every = Math.ceil(values.length / LABELS);
  return values.map((value, index) => {
    if (index % every !== 0) return null;
    const text = String(value);
    const short = text.length > 12 ? `${text.slice(0, 11)}…` : text;
    return drawn('text', { class: 'label', x: places[index], y: INNER.bottom + 18 }, short);
  });
}

/**
 * @param {readonly (number | null)[]} values
 * @param {number} index
 * @param {number[]} places
 * @param {(value: number) => number} heightOf
 */
function line(values, index, places, heightOf) {
  const paths = stretches(values).map((points) =>
    points.map((point) => `${places[point.index] ?? 0} ${heightOf(point.value)}`),
  );
  return drawn(
    'g',
    { class: `line-${index % STYLES}` },
    drawn('path', { d: paths.map((points) => `M${points.join('L')}`).join('') }),
    ...paths.flat().map((point) => {
      const [cx, cy] = point.split(' ');
      return drawn('circle', { cx, cy, r: 3.5 });
    }),
  );
}

/**
 * @param {Chart['x']} x
 * @param {Chart['series']} series
 */
function numbers(x, series) {
  const titles = [x.label, ...series.map(({ name }) => name)];
  const rows = x.values.map((value, index) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, foreign(String(value))),
      ...series.map(({ values }) => element('td', {}, numberCell(values[index]))),
    ),
  );
  return element(
    'table',
    {},
    element(
      'thead',
      {},
      element('tr', {}, ...titles.map((name) => element('th', { scope: 'col' }, foreign(name)))),
    ),
    element('tbody', {}, ...rows),
  );
}

/** @param {number | null | undefined} value */
function numberCell(value) {
  return value === null || value === undefined ? '–' : plainText(value);
}
