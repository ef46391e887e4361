import { harmlessName } from '../../images/names.js';
import type { FieldValue, Fields } from '../manifest/entry.js';

/**
 * A word in braces. Doubled braces escape it, and lose one pair. All other braces are text: a prompt may be JSON,
 * where `}}` is common.
 */
const PLACEHOLDER = /(?<!\{)(\{+)([\p{L}_][\p{L}\p{N}_. -]*)(\}+)/gu;

/** The columns that a template uses. */
export function placeholdersOf(template: string): string[] {
  const names: string[] = [];
  fill(template, (name) => {
    names.push(name);
    return '';
  });
  return names;
}

/**
 * Replaces the placeholders of a prompt with the row's values.
 *
 * @param missing called for a placeholder that is not a column of the row
 */
export function fillPrompt(template: string, columns: Fields, missing: (name: string) => never): string {
  return fill(template, (name) => (Object.hasOwn(columns, name) ? textOf(columns[name]) : missing(name)));
}

/**
 * Fills an output template with the row's values, made safe as parts of file names: no value can lead to another
 * folder.
 *
 * @param later placeholders that the edit itself fills in
 */
export function fillOutput(
  template: string,
  columns: Fields,
  later: readonly string[],
  missing: (name: string) => never,
): string {
  const value = (name: string): string => {
    // A brace in a value would look like one of the edit's placeholders.
    if (Object.hasOwn(columns, name)) return harmlessName(textOf(columns[name])).replace(/[{}]/g, '_');
    return later.includes(name) ? `{${name}}` : missing(name);
  };
  return fill(template, value, '_');
}

/** @param brace replacement for the braces around a name that is not a placeholder; unchanged if absent */
function fill(template: string, value: (name: string) => string, brace = '$&'): string {
  return template.replace(PLACEHOLDER, (_, open: string, name: string, close: string) => {
    const both = Math.min(open.length, close.length);
    const around = (braces: string): string =>
      braces.slice(0, braces.length - Math.ceil(both / 2)).replace(/[{}]/g, brace);
    return `${around(open)}${both % 2 === 1 ? value(name) : name}${around(close)}`;
  });
}

function textOf(value: FieldValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
