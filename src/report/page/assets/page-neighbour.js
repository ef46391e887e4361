/** @typedef {'left' | 'right' | 'up' | 'down'} Direction */

/** @type {Record<string, Direction>} */
const DIRECTIONS = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  k: 'left',
  j: 'right',
};

/**
 * Where a key leads; undefined where it leads nowhere.
 *
 * @param {string} key
 */
export function directionOf(key) {
  return DIRECTIONS[key];
}

/**
 * The element that lies next in a direction, of elements that stand in lines from left to right; undefined where none
 * does. Without a current one, the first that is in sight.
 *
 * @param {readonly HTMLElement[]} all in the order of the document
 * @param {HTMLElement | undefined} current
 * @param {Direction} direction
 */
export function neighbour(all, current, direction) {
  const at = current === undefined ? -1 : all.indexOf(current);
  if (current === undefined || at < 0) {
    return all.find((one) => one.getBoundingClientRect().top >= 0) ?? all[0];
  }
  if (direction === 'left') return all[at - 1];
  if (direction === 'right') return all[at + 1];
  const from = current.getBoundingClientRect();
  const others = direction === 'down' ? all.slice(at + 1) : all.slice(0, at).reverse();
  const line = firstLine(others, from.top);
  const away = (/** @type {HTMLElement} */ one) => Math.abs(one.getBoundingClientRect().left - from.left);
  return line.sort((one, other) => away(one) - away(other))[0];
}

/**
 * Those that stand as high as the first one on another line.
 *
 * @param {HTMLElement[]} all
 * @param {number} own
 */
function firstLine(all, own) {
  const isOn = (/** @type {HTMLElement} */ one, /** @type {number} */ top) =>
    Math.abs(one.getBoundingClientRect().top - top) < 4;
  const first = all.findIndex((one) => !isOn(one, own));
  const start = all[first];
  if (start === undefined) return [];
  const top = start.getBoundingClientRect().top;
  const rest = all.slice(first);
  const end = rest.findIndex((one) => !isOn(one, top));
  return end < 0 ? rest : rest.slice(0, end);
}
