import type { JsonValue } from '../../plain-json.js';
import { type ErrorKind } from '../../exit-codes.js';
import { inQuotes } from '../../images/names.js';
/** Largest row: bytes of its JSON line or CSV record. */
export const LONGEST_ROW_BYTES = 4 * 1024 * 1024;
/** Problem of a row over that limit. */
export const TOO_LONG = 'is longer than 4 MB, the limit for a row. Use files instead of data: URIs.';
/** Deepest nesting of lists and objects, including the row. The code that processes them is recursive. */
export const DEEPEST_NESTING = 100;
/** Problem of a row that is nested more deeply. */
export const TOO_DEEP = `is nested more than ${DEEPEST_NESTING} levels deep.`;
import type { FieldProblem } from '../../errors/error.js';

/** Position of a row, for messages, annotations and reports. */
export interface Position {
  /** The manifest as the user named it, `stdin`, or the row's picture. */
  file: string;
  /** First line of the row, from 1; undefined if the row is a picture. */
  line: number | undefined;
}

/** Value of a row's field. CSV cells are always text. */
export type FieldValue = JsonValue;

/** Fields of one row, by their names in the manifest. */
export type Fields = Record<string, FieldValue>;

/** A problem with a row, or with the manifest at that line. */
export interface Problem {
  place: Position;
  /** Field name as in the manifest; undefined for the whole row. */
  field?: string | undefined;
  /** The problem and its fix in a sentence, without the line. */
  message: string;
  /** The next step, in the imperative. */
  hint?: string;
  /** Kind of error if it were the only problem. */
  kind?: ErrorKind;
}

/** One row of a manifest, or a problem that invalidates it. */
export type Entry = { kind: 'row'; place: Position; fields: Fields } | { kind: 'problem'; problem: Problem };

/** `rows.csv:17`, or the picture's name. */
export function positionText({ file, line }: Position): string {
  return line === undefined ? file : `${file}:${line}`;
}

/** Converts a problem to the form used in errors and documents. */
export function fieldProblem({ place: { file, line }, field, message, hint }: Problem): FieldProblem {
  const whole = hint === undefined ? message : `${message} ${hint}`;
  return { field: field ?? null, message: whole, file, ...(line === undefined ? {} : { line }) };
}

/** Longest quotation of a manifest's text in a message, in characters. */
const LONGEST_QUOTE = 40;

/** Makes a problem entry. */
export function wrong(place: Position, message: string, field?: string): Entry {
  return { kind: 'problem', problem: { place, message, ...(field === undefined ? {} : { field }) } };
}

/** Quotes manifest text inside a sentence: escaped, and shortened if long. */
export function quoted(text: string): string {
  return inQuotes(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE - 1)}…` : text);
}
