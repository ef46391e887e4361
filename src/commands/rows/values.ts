import { switchState, type FlagValue } from '../../config/settings.js';
import type { FieldValue } from '../../batch/manifest/entry.js';
import { fieldError } from '../../errors/error.js';
import type { EditingFlag } from '../flag.js';

/** Settings of a request that are texts, and so may be written as numbers: a prompt of 2024. */
const TEXTS: readonly (EditingFlag['fills'] | undefined)[] = [
  undefined,
  'prompt',
  'output',
  'negativePrompt',
];

/**
 * Value of a row's field for its flag, in the manifest's notation: a cell of a CSV file is a text, which may hold a
 * JSON list or object. Undefined for a switch that is off.
 *
 * @param field its name in the manifest, for messages
 * @throws FalEditError (usage)
 */
export function flagValueOf(flag: EditingFlag, value: FieldValue, field: string): FlagValue | undefined {
  if (flag.value === undefined) return switchOf(value, field);
  if (TEXTS.includes(flag.fills)) return textOf(value, field);
  if (typeof value !== 'string') return flag.name === 'lora' ? [value].flat().map(withScaleInPath) : value;
  if (flag.name === 'seed') refuseCut(value, field);
  if (flag.decimal === true) return withPoint(value);
  if (flag.repeatable !== true) return value;
  const parsed = parsedCell(value, field, flag.name === 'set' || flag.name === 'file' ? '{' : '[');
  return flag.name === 'lora' ? [parsed].flat().map(withScaleInPath) : parsed;
}

/** `{"path": "owner/style@0.8"}` is read like its text: rows of earlier releases may have it, and were paid for. */
function withScaleInPath(lora: FieldValue): FieldValue {
  if (typeof lora !== 'object' || lora === null || Array.isArray(lora)) return lora;
  const { path, scale = null, ...others } = lora;
  return typeof path === 'string' && scale === null && Object.keys(others).length === 0 ? path : lora;
}

function switchOf(value: FieldValue, field: string): true | undefined {
  const state = switchState(value);
  if (state === undefined) {
    throw fieldError(field, `must be true or false, not ${JSON.stringify(value)}.`);
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
  throw fieldError(
    field,
    `${JSON.stringify(text)} has lost digits. Write the whole number; in a spreadsheet, format the cell as text.`,
  );
}

function textOf(value: FieldValue, field: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw fieldError(field, `must be text or a number, not ${JSON.stringify(value)}.`);
}

/** A cell that begins like a JSON list or object is one. */
function parsedCell(text: string, field: string, beginning: '[' | '{'): FieldValue {
  if (!text.trimStart().startsWith(beginning)) return text;
  try {
    return JSON.parse(text) as FieldValue;
  } catch {
    throw fieldError(field, `starts like a JSON ${beginning === '[' ? 'list' : 'object'} but is not one.`);
  }
}
