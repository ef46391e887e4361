/** @import { Metric, ReportItem, Unit } from '../data.js' */

/** @typedef {ReportItem['state']} State */

/**
 * The words for the states, those first that want a look.
 *
 * @type {Readonly<Record<State, string>>}
 */
export const STATE_WORDS = {
  failed: 'failed',
  moderated: 'moderated',
  unmet: 'not as expected',
  unknown: 'outcome unknown',
  waiting: 'waiting',
  pending: 'not sent',
  done: 'done',
};

/** The states in that order. */
export const STATES = /** @type {State[]} */ (Object.keys(STATE_WORDS));

/**
 * A figure of an item in words; undefined where it is not known.
 *
 * @param {ReportItem} item
 * @param {Metric} metric
 */
export function figureText(item, { key, unit }) {
  const value = item.figures[key];
  return typeof value === 'number' ? valueText(value, unit) : undefined;
}

/**
 * @param {number} value
 * @param {Unit} unit
 */
export function valueText(value, unit) {
  switch (unit) {
    case 'usd':
      return dollarText(value);
    case 'ms':
      return durationText(value);
    case 'bytes':
      return sizeText(value);
    case 'ratio':
      return `${plainText(value * 100)}%`;
    case 'px':
      return `${plainText(value)} px`;
    case '':
      return plainText(value);
  }
}

/**
 * With as many digits as a price of a picture needs.
 *
 * @param {number} usd
 */
function dollarText(usd) {
  const digits = Number.isInteger(Math.round(usd * 1e6) / 1e4) ? 2 : Math.abs(usd) < 0.001 ? 6 : 3;
  return `$${usd.toFixed(digits)}`;
}

/** @param {number} ms */
function durationText(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
}

/** @param {number} bytes */
function sizeText(bytes) {
  const steps = /** @type {const} */ ([
    [999.5e6, 'GB', 1e9],
    [999.5e3, 'MB', 1e6],
    [1000, 'kB', 1000],
  ]);
  const [, unit, size] = steps.find(([from]) => bytes >= from) ?? [0, 'B', 1];
  const value = bytes / size;
  return `${unit === 'B' || value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

/**
 * Three digits that count, and no dust of binary fractions.
 *
 * @param {number} value
 */
export function plainText(value) {
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return String(rounded);
}

/**
 * `1 picture`, `2,000 pictures`.
 *
 * @param {number} count
 * @param {string} one
 */
export function countText(count, one) {
  return `${numberText(count)} ${one}${count === 1 ? '' : 's'}`;
}

/**
 * `20,000`
 *
 * @param {number} count
 */
export function numberText(count) {
  return count.toLocaleString('en');
}

/**
 * A command with the characters that turn the reading direction made visible.
 *
 * @param {string} text
 */
export function visibleText(text) {
  return text.replace(
    /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
