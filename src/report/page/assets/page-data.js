import { byId } from './page-elements.js';

/** @import { PageHead, ReportItem } from '../data.js' */

/** @returns {PageHead} */
export function readHead() {
  return JSON.parse(byId('head').textContent);
}

/**
 * The items in the order of the manifest. Line by line: one text of all of them may be longer than JSON.parse takes.
 *
 * @returns {ReportItem[]}
 */
export function readItems() {
  const lines = byId('items').textContent.split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}
