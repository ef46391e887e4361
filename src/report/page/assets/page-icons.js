import { drawn, element } from './page-elements.js';

/** Lines on a square of 20. */
const ICONS = {
  copy: 'M7.5 7.5V4.5h8v8h-3M4.5 7.5h8v8h-8z',
  close: 'M5 5l10 10M15 5L5 15',
  previous: 'M12 4.5L6.5 10l5.5 5.5',
  next: 'M8 4.5l5.5 5.5L8 15.5',
  plus: 'M10 4.5v11M4.5 10h11',
  minus: 'M4.5 10h11',
  search: 'M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4zM12.7 12.7L16.5 16.5',
  up: 'M10 16V4.5M5 9.5l5-5 5 5',
  down: 'M10 4v11.5M5 10.5l5 5 5-5',
  theme: 'M10 3.5a6.5 6.5 0 1 0 0 13zM10 3.5a6.5 6.5 0 0 1 0 13M12 6v8M14 7.5v5',
  keys: 'M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.5h7',
  none: 'M3.5 4.5h13v11h-13zM3.5 13l4-4 3 3 2-2 4 4M4 16.5L16 3.5',
};

/** @typedef {keyof typeof ICONS} IconName */

/**
 * A picture that says nothing to a screen reader: what it stands for has its own words.
 *
 * @param {IconName} name
 */
export function icon(name) {
  return drawn(
    'svg',
    { class: 'icon', viewBox: '0 0 20 20', 'aria-hidden': 'true', focusable: 'false' },
    drawn('path', { d: ICONS[name] }),
  );
}

/**
 * @param {IconName} name
 * @param {string} label what it does, in words
 * @param {() => void} onclick
 * @param {string} [className]
 */
export function iconButton(name, label, onclick, className = '') {
  const attributes = { type: 'button', class: `icon-button ${className}`, 'aria-label': label, title: label };
  return element('button', { ...attributes, onclick }, icon(name));
}
