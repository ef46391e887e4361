import { element, foreign } from './page-elements.js';
import { iconButton } from './page-icons.js';
import { numberText, plainText } from './page-text.js';

/** @import { Mode } from './page-stage.js' */

/**
 * The ways to compare, in the order of their keys.
 *
 * @type {readonly (readonly [mode: Mode, words: string])[]}
 */
export const MODES = [
  ['slider', 'Slider'],
  ['side', 'Side by side'],
  ['result', 'Result'],
  ['difference', 'Difference'],
];

/**
 * What can be done with the viewer.
 *
 * @typedef {object} Actions
 * @property {(mode: Mode) => void} compare
 * @property {(steps: number) => void} zoom in, or out where it is less than 0
 * @property {() => void} whole shows the whole picture
 * @property {(by: { x: number, y: number }) => void} push moves the picture
 * @property {(by: number) => void} turn to another edit
 * @property {(by: number) => void} turnResult to another result of the edit
 * @property {() => void} copy copies the command
 * @property {() => void} close
 */

/**
 * The bar over the pictures: what is seen, and how.
 *
 * @param {Actions} act
 */
export function createViewerBar(act) {
  const title = element('h2', { id: 'viewer-title', tabindex: -1 });
  const place = element('p', { class: 'place' });
  const modes = MODES.map(([mode, words], at) => ({
    mode,
    button: button(words, `${words} (${at + 1})`, () => act.compare(mode)),
  }));
  const scale = button('Fit', 'Show the whole picture (0)', act.whole);
  scale.className = 'scale';
  return {
    element: element(
      'header',
      {},
      element('div', { class: 'named', 'aria-live': 'polite' }, title, place),
      group('modes', 'How to compare', ...modes.map((one) => one.button)),
      group(
        'zoom',
        'Zoom',
        iconButton('minus', 'Smaller', () => act.zoom(-1)),
        scale,
        iconButton('plus', 'Larger', () => act.zoom(1)),
      ),
      element(
        'div',
        { class: 'turns' },
        iconButton('previous', 'Previous', () => act.turn(-1)),
        iconButton('next', 'Next', () => act.turn(1)),
      ),
      iconButton('close', 'Close', act.close, 'closing'),
    ),
    /** The keys belong to no button then, and a screen reader begins with the name. */
    focus: () => title.focus(),
    /**
     * @param {string} name
     * @param {number} index
     * @param {number} total
     */
    tellPlace(name, index, total) {
      title.replaceChildren(foreign(name));
      place.textContent = `${numberText(index + 1)} of ${numberText(total)}`;
    },
    /** @param {number} value */
    tellScale(value) {
      scale.textContent = value === 1 ? 'Fit' : `×${plainText(value)}`;
    },
    /**
     * @param {Mode} shown
     * @param {(mode: Mode) => boolean} isPossible
     */
    tellMode(shown, isPossible) {
      for (const { mode, button } of modes) {
        button.setAttribute('aria-pressed', String(mode === shown));
        button.disabled = !isPossible(mode);
      }
    },
  };
}

/**
 * @param {string} words
 * @param {string} title
 * @param {() => void} onclick
 */
function button(words, title, onclick) {
  return element('button', { type: 'button', title, onclick }, words);
}

/**
 * @param {string} className
 * @param {string} label
 * @param {HTMLElement[]} buttons
 */
function group(className, label, ...buttons) {
  return element('div', { class: `segments ${className}`, role: 'group', 'aria-label': label }, ...buttons);
}
