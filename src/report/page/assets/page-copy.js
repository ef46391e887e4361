/* global document, navigator, HTMLElement */
import { announce } from './page-announce.js';
import { element } from './page-elements.js';
import { iconButton } from './page-icons.js';

/** @import { ReportItem } from '../data.js' */

/**
 * A button that copies the command of an item; null where it has none.
 *
 * @param {ReportItem} item
 */
export function copyButton(item) {
  if (item.command === null) return null;
  return iconButton('copy', `Copy the command of ${item.title}`, () => void copyCommand(item), 'copy');
}

/**
 * Copies the command that repeats an edit, and says so.
 *
 * @param {ReportItem} item
 */
export async function copyCommand({ command }) {
  if (command === null) return announce('This edit has no command');
  const isCopied = await copyText(command);
  announce(
    isCopied
      ? 'Command copied'
      : 'The browser does not allow copying: open the picture and select its command',
  );
}

/**
 * A page from the disk may have no clipboard; a selection that is copied works there as well.
 *
 * @param {string} text
 */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** @param {string} text */
function copyBySelection(text) {
  const before = document.activeElement;
  const area = element('textarea', { class: 'out-of-sight', 'aria-hidden': 'true', tabindex: -1 });
  area.value = text;
  // What lies under an open dialog cannot be selected.
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return isCopied;
}
