import { element } from './page-elements.js';
import { labelledSelect } from './page-select.js';

/** @import { Axis, ReportItem } from '../data.js' */
/** @import { Shown } from './page-pane.js' */

/** @typedef {Shown & { own?: string }} Against with what the item itself is called beside it */

/**
 * What the results of an item are held against: a picture that was edited, or the result at another place of the
 * grid. What was chosen holds for other items as well, where they have it.
 *
 * @param {readonly ReportItem[]} items all of the report
 * @param {readonly Axis[]} axes
 * @param {() => void} onchoose
 */
export function createAgainst(items, axes, onchoose) {
  const byPlace = new Map(items.map((item) => [placeOf(item.at, axes), item]));
  const root = element('div', { class: 'against' });
  /** @type {Against[]} */
  let options = [];
  let wished = '';

  function chosen() {
    return options.find(({ label }) => label === wished) ?? options[0];
  }

  return {
    /** A choice; empty where there is none. */
    element: root,
    chosen,
    /** @param {ReportItem} item */
    show(item) {
      options = [...befores(item), ...axes.flatMap((axis) => othersAlong(axis, item))];
      const select = labelledSelect(
        'Compare with',
        options.map(({ label }) => ({ value: label, text: label })),
        (label) => {
          wished = label;
          onchoose();
        },
      );
      select.choose(chosen()?.label ?? '');
      root.replaceChildren(...(options.length < 2 ? [] : [select.element]));
    },
  };

  /**
   * The results that differ in this axis alone.
   *
   * @param {Axis} axis
   * @param {ReportItem} item
   * @returns {Against[]}
   */
  function othersAlong({ name, values }, item) {
    return values
      .filter((value) => value !== item.at[name])
      .flatMap((value) => {
        const other = byPlace.get(placeOf({ ...item.at, [name]: value }, axes));
        const [picture] = other?.after ?? [];
        if (other === undefined || picture === undefined) return [];
        const own = `${name}: ${item.at[name] ?? ''}`;
        return [{ picture, label: `${name}: ${value}`, alt: `result of ${other.title}`, own }];
      });
  }
}

/**
 * @param {ReportItem} item
 * @returns {Against[]}
 */
function befores({ before, title }) {
  return before.map((picture, index) => {
    const label = before.length > 1 ? `before ${index + 1}` : 'before';
    return { picture, label, alt: `${label} of ${title}` };
  });
}

/**
 * @param {ReportItem['at']} at
 * @param {readonly Axis[]} axes
 */
function placeOf(at, axes) {
  return JSON.stringify(axes.map(({ name }) => at[name]));
}
