import { element } from './page-elements.js';

/**
 * Buttons of which one is pressed, the first to begin with.
 *
 * @param {string} label
 * @param {readonly string[]} words
 * @param {(at: number) => void} onchoose
 */
export function segments(label, words, onchoose) {
  const buttons = words.map((word, at) =>
    element('button', { type: 'button', 'aria-pressed': String(at === 0), onclick: () => choose(at) }, word),
  );

  /** @param {number} chosen */
  function choose(chosen) {
    buttons.forEach((button, at) => button.setAttribute('aria-pressed', String(at === chosen)));
    onchoose(chosen);
  }

  return element('div', { class: 'segments', role: 'group', 'aria-label': label }, ...buttons);
}
