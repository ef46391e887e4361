import { element } from './page-elements.js';

/**
 * A choice of one, with its label.
 *
 * @param {string} label
 * @param {{ value: string, text: string }[]} options
 * @param {(value: string) => void} onchoose
 */
export function labelledSelect(label, options, onchoose) {
  const select = element(
    'select',
    { onchange: () => onchoose(select.value) },
    ...options.map(({ value, text }) => element('option', { value, dir: 'auto' }, text)),
  );
  return {
    element: element('label', { class: 'select' }, element('span', {}, label), select),
    /** @param {string} value */
    choose(value) {
      select.value = value;
    },
  };
}
