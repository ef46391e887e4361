/* global document, Element, HTMLElement */
import { copyCommand } from './page-copy.js';
import { directionOf, neighbour } from './page-neighbour.js';

/** @import { ReportItem } from '../data.js' */
/** @import { Direction } from './page-neighbour.js' */

/**
 * What the keys do while no dialog is open.
 *
 * @param {object} page
 * @param {() => void} page.focusSearch
 * @param {() => { element: HTMLElement, grow: () => boolean }} page.shown the list or the grid
 * @param {(key: string) => ReportItem | undefined} page.itemOf
 * @returns {(event: KeyboardEvent) => (() => void) | undefined} what the key does here
 */
export function pageKeys({ focusSearch, shown, itemOf }) {
  /** @param {Direction} direction */
  function move(direction) {
    const { element, grow } = shown();
    const find = () => neighbour(placesIn(element), placeAt(document.activeElement), direction);
    const next = find() ?? (grow() ? find() : undefined);
    if (next !== undefined) focusPlace(next);
  }

  return ({ key }) => {
    if (key === '/') return focusSearch;
    if (key === 'c') {
      const item = itemOf(placeAt(document.activeElement)?.dataset['key'] ?? '');
      return item && (() => void copyCommand(item));
    }
    const direction = directionOf(key);
    return direction && (() => move(direction));
  };
}

/**
 * Puts the focus on a card or a cell, and scrolls it into sight.
 *
 * @param {HTMLElement} place
 */
export function focusPlace(place) {
  const open = place.querySelector('.open');
  if (open instanceof HTMLElement) open.focus({ preventScroll: true });
  place.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/**
 * The cards or cells.
 *
 * @param {HTMLElement} element
 * @returns {HTMLElement[]}
 */
export function placesIn(element) {
  return [...element.querySelectorAll('[data-key]')].filter((one) => one instanceof HTMLElement);
}

/** @param {Element | null} inside */
function placeAt(inside) {
  const place = inside?.closest('[data-key]');
  return place instanceof HTMLElement ? place : undefined;
}

/**
 * Whether a key belongs to what has the focus: letters to a field, arrows to a slider.
 *
 * @param {KeyboardEvent} event
 */
export function isTaken({ target, key, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey) return true;
  if (!(target instanceof Element)) return false;
  if (target.matches('input[type=range], .scroller, .scroller *')) return /^(Arrow|Home|End|Page)/.test(key);
  return target.matches('input, select, textarea');
}
