import { switchState, type FlagValue } from '../../config/settings.js';
import type { FieldValue } from '../../batch/manifest/entry.js';
import { usageError } from '../../errors.js';
import type { Flag } from '../flag.js';

/**
 * Value of a field as the command line would give it; undefined for a switch that is off.
 *
 * @param field as it stands in the manifest, for messages
 * @throws FalEditError (usage)
 */
export function flagValueOf(flag: Flag, value: FieldValue, field: string): FlagValue | undefined {
  if (flag.value === undefined) return switchOf(value, field);
  if (flag.name === 'set') return setPairs(value, field);
  if (flag.name === 'size' && isObject(value)) {
    return [value['width'], value['height']].map((side) => scalar(side ?? null, field)).join('x');
  }
  if (flag.name === 'seed' && typeof value === 'string') refuseCut(value, field);
  if (flag.decimal === true && typeof value === 'string') return withPoint(value);
  if (flag.repeatable !== true) return scalar(value, field);
  return listOf(value, field).map((item) =>
    flag.name === 'lora' && isObject(item) ? loraText(item, field) : scalar(item, field),
  );
}

function switchOf(value: FieldValue, field: string): true | undefined {
  const state = switchState(value);
  if (state === undefined) {
    throw usageError(`${field}: must be true or false, not ${JSON.stringify(value)}.`);
  }
  return state ? true : undefined;
}

/**
 * Reads `0,8`, which spreadsheets in some languages write for 0.8. Three digits after a comma could be thousands,
 * unless a zero comes first.
 */
function withPoint(text: string): string {
  return /^\s*[+-]?(0,\d+|\d+,\d{1,2})\s*$/.test(text) ? text.replace(',', '.') : text;
}

/** Refuses `1.23457E+11`, a long number that a spreadsheet has rounded without saying so. */
function refuseCut(text: string, field: string): void {
  if (!/^\s*[+-]?\d+([.,]\d*)?e[+-]?\d+\s*$/i.test(text)) return;
  throw usageError(
    `${field}: ${JSON.stringify(text)} has lost digits. Write the whole number; in a spreadsheet, format the cell as text.`,
  );
}

function scalar(value: FieldValue, field: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw usageError(`${field}: must be text or a number, not ${JSON.stringify(value)}.`);
}

/** A list, a single value, or a cell with a JSON list in it. */
function listOf(value: FieldValue, field: string): FieldValue[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string' || !value.trimStart().startsWith('[')) return [value];
  const parsed = parsedJson(value, field, 'list');
  return Array.isArray(parsed) ? parsed : [parsed];
}

function loraText(lora: Readonly<Record<string, FieldValue>>, field: string): string {
  const { path, scale, ...others } = lora;
  if (typeof path !== 'string' || Object.keys(others).length > 0) {
    throw usageError(`${field}: a LoRA must be {"path": …, "scale": …} or text such as owner/style@0.8.`);
  }
  return scale === undefined || scale === null ? path : `${path}@${scalar(scale, field)}`;
}

/** `{"scheduler": "euler"}`, `"scheduler=euler"`, or a list of such texts: pairs, as the command line has them. */
function setPairs(value: FieldValue, field: string): string[] {
  const isCell = typeof value === 'string' && value.trimStart().startsWith('{');
  const given = isCell ? parsedJson(value, field, 'object') : value;
  if (isObject(given)) {
    return Object.entries(given).map(
      ([key, part]) => `${key}=${typeof part === 'string' ? part : JSON.stringify(part)}`,
    );
  }
  return listOf(given, field).map((item) => scalar(item, field));
}

function parsedJson(text: string, field: string, what: string): FieldValue {
  try {
    return JSON.parse(text) as FieldValue;
  } catch {
    throw usageError(`${field}: starts like a JSON ${what} but is not one.`);
  }
}

function isObject(value: FieldValue): value is Record<string, FieldValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
