/* global document, localStorage, matchMedia */
import { iconButton } from './page-icons.js';

const REMEMBERED_AS = 'fal-edit-theme';

/** A button that turns light to dark and back; until it is used, the page does as the system does. */
export function themeButton() {
  const remembered = recall();
  if (remembered === 'light' || remembered === 'dark') wear(remembered);
  return iconButton('theme', 'Light or dark', () => {
    const theme = isDark() ? 'light' : 'dark';
    wear(theme);
    remember(theme);
  });
}

function isDark() {
  const worn = document.documentElement.dataset['theme'];
  return worn === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : worn === 'dark';
}

/** @param {'light' | 'dark'} theme */
function wear(theme) {
  document.documentElement.dataset['theme'] = theme;
}

function recall() {
  try {
    return localStorage.getItem(REMEMBERED_AS);
  } catch {
    // A page from the disk may have no storage.
    return null;
  }
}

/** @param {string} theme */
function remember(theme) {
  try {
    localStorage.setItem(REMEMBERED_AS, theme);
  } catch {
    // Then it holds until the page is closed.
  }
}
