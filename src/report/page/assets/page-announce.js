/* global document, setTimeout, clearTimeout */
import { element } from './page-elements.js';

const SHOWN_MS = 2500;

/** A place for short words that come and go, read out by screen readers. */
export function statusLine() {
  return element('p', { class: 'toast', role: 'status' });
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let hiding;

/**
 * Says something for a moment: in the dialog that is open, since what lies under one is neither seen nor read out.
 *
 * @param {string} words
 */
export function announce(words) {
  const lines = [...document.querySelectorAll('dialog[open] [role=status], body > [role=status]')];
  const line = lines.findLast((one) => one.closest('dialog') !== null) ?? lines[0];
  if (line === undefined) return;
  clearTimeout(hiding);
  line.textContent = words;
  hiding = setTimeout(() => line.replaceChildren(), SHOWN_MS);
}
