import { element } from './page-elements.js';
import { iconButton } from './page-icons.js';

/** @type {[title: string, keys: [key: string, does: string][]][]} */
const KEYS = [
  [
    'In the list',
    [
      ['/', 'search'],
      ['← → ↑ ↓', 'move between pictures'],
      ['j k', 'next, previous'],
      ['Enter', 'open'],
      ['c', 'copy the command'],
      ['?', 'these keys'],
    ],
  ],
  [
    'On a picture',
    [
      ['← →', 'previous, next'],
      ['↑ ↓', 'other results of the edit'],
      ['1 2 3 4', 'slider, side by side, result, difference'],
      ['+ − 0', 'zoom in, out, whole picture'],
      ['Shift with ← → ↑ ↓', 'pan the picture'],
      ['c', 'copy the command'],
      ['Esc', 'close'],
    ],
  ],
];

/** The dialog that tells the keys. */
export function createHelp() {
  const dialog = element(
    'dialog',
    { class: 'help', 'aria-labelledby': 'help-title' },
    element(
      'div',
      { class: 'line' },
      element('h2', { id: 'help-title' }, 'Keys'),
      iconButton('close', 'Close', () => dialog.close()),
    ),
    ...KEYS.flatMap(([title, keys]) => [
      element('h3', {}, title),
      element(
        'dl',
        { class: 'keys' },
        ...keys.flatMap(([key, does]) => [term(key), element('dd', {}, does)]),
      ),
    ]),
  );
  return { dialog, open: () => dialog.showModal() };
}

/** @param {string} keys with spaces between them */
function term(keys) {
  return element(
    'dt',
    {},
    ...keys.split(' ').map((key) => (key === 'with' ? ' + ' : element('kbd', {}, key))),
  );
}
