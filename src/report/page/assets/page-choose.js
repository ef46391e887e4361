import { STATES } from './page-text.js';

/** @import { ReportItem } from '../data.js' */

/**
 * Which items are to be seen, and in which order.
 *
 * @typedef {object} Wish
 * @property {ReadonlySet<string>} states none for all
 * @property {string} model empty for all
 * @property {string} text words that all have to be there
 * @property {string} sort the key of a metric, `state`, or empty for the order of the manifest
 * @property {boolean} descending
 */

/**
 * The items of the model in which all words are found.
 *
 * @param {readonly ReportItem[]} items
 * @param {Pick<Wish, 'model' | 'text'>} wish
 */
export function matching(items, { model, text }) {
  const words = folded(text).split(/\s+/).filter(Boolean);
  if (model === '' && words.length === 0) return [...items];
  return items.filter(
    (item) => (model === '' || item.model === model) && words.every((word) => textOf(item).includes(word)),
  );
}

/**
 * How many items are in each state.
 *
 * @param {readonly ReportItem[]} items
 */
export function tally(items) {
  const counts = new Map(STATES.map((state) => [state, 0]));
  for (const { state } of items) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

/**
 * @param {readonly ReportItem[]} items
 * @param {Pick<Wish, 'states'>} wish
 */
export function inStates(items, { states }) {
  return states.size === 0 ? [...items] : items.filter(({ state }) => states.has(state));
}

/**
 * Items that have no such figure come last, whichever way it goes; equal ones stay in the order of the manifest.
 *
 * @param {readonly ReportItem[]} items in the order of the manifest
 * @param {Pick<Wish, 'sort' | 'descending'>} wish
 */
export function ordered(items, { sort, descending }) {
  if (sort === '') return descending ? [...items].reverse() : [...items];
  const way = descending ? -1 : 1;
  return items
    .map((item) => ({ item, rank: sort === 'state' ? STATES.indexOf(item.state) : item.figures[sort] }))
    .sort((one, other) => {
      if (typeof one.rank !== 'number' || typeof other.rank !== 'number') {
        return Number(typeof one.rank !== 'number') - Number(typeof other.rank !== 'number');
      }
      return (one.rank - other.rank) * way;
    })
    .map(({ item }) => item);
}

/** @type {WeakMap<ReportItem, string>} */
const texts = new WeakMap();

/**
 * All that is searched in an item, put together once.
 *
 * @param {ReportItem} item
 */
function textOf(item) {
  const known = texts.get(item);
  if (known !== undefined) return known;
  const text = folded([item.title, item.prompt, ...item.notes, ...Object.values(item.at)].join('\n'));
  texts.set(item, text);
  return text;
}

/**
 * Without what people leave out when they search: capitals and accents.
 *
 * @param {string} text
 */
function folded(text) {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '');
}
