import { harmlessName } from '../../images/names.js';
import type { FieldValue, Fields } from '../manifest/entry.js';

/**
 * A word between braces. Where they are doubled it is none, and loses one pair of them. All other braces are text: a
 * prompt may be JSON, in which `}}` is nothing special.
 */
const PLACEHOLDER = /(?<!\{)(\{+)([\p{L}_][\p{L}\p{N}_. -]*)(\}+)/gu;

/** The columns that a template asks for. */
export function placeholdersOf(template: string): string[] {
  const names: string[] = [];
  fill(template, (name) => {
    names.push(name);
    return '';
  });
  return names;
}

/**
 * A prompt with the row's values in the place of its placeholders.
 *
 * @param missing what to do about a placeholder that is no column of the row
 */
export function fillPrompt(template: string, columns: Fields, missing: (name: string) => never): string {
  return fill(template, (name) => (Object.hasOwn(columns, name) ? textOf(columns[name]) : missing(name)));
}

/**
 * An output template with the row's values filled in as parts of file names: no value can lead to another folder.
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
    // A brace in a value would be taken for a placeholder of the edit.
    if (Object.hasOwn(columns, name)) return harmlessName(textOf(columns[name])).replace(/[{}]/g, '_');
    return later.includes(name) ? `{${name}}` : missing(name);
  };
  return fill(template, value, '_');
}

/** @param brace what becomes of the braces around a name that are not those of a placeholder; they stay if absent */
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
