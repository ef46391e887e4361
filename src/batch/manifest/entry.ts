import type { JsonValue } from '../../plain-json.js';
import { type ErrorKind } from '../../exit-codes.js';
import { inQuotes } from '../../images/names.js';
/** The most that a row may have, in bytes of its JSON line or CSV record. */
export const LONGEST_ROW_BYTES = 4 * 1024 * 1024;
/** Problem of a row over that limit. */
export const TOO_LONG = 'is longer than 4 MB, the limit for a row. Use files instead of data: URIs.';
/** Lists and objects within each other, the row itself among them. What reads them further on calls itself. */
export const DEEPEST_NESTING = 100;
/** Problem of a row that is nested more deeply. */
export const TOO_DEEP = `is nested more than ${DEEPEST_NESTING} levels deep.`;
import type { FieldProblem } from '../../errors/error.js';

/** Where a row stands, for messages, annotations and reports. */
export interface Position {
  /** The manifest as the user named it, `stdin`, or the picture that the row is about. */
  file: string;
  /** From 1: the line on which the row begins. Undefined where the row is a picture. */
  line: number | undefined;
}

/** A value of a row's field. A cell of a CSV file is always text. */
export type FieldValue = JsonValue;

/** The fields of one row, by their names as they stand in the manifest. */
export type Fields = Record<string, FieldValue>;

/** A problem with a row, or with the manifest at that line. */
export interface Problem {
  place: Position;
  /** The field as it stands in the manifest; undefined where the whole row is meant. */
  field?: string | undefined;
  /** The problem and its fix, in a sentence without the line. */
  message: string;
  /** The next step, in the imperative. */
  hint?: string;
  /** The kind of failure that it would be by itself. */
  kind?: ErrorKind;
}

/** One row of a manifest, or what keeps it from being one. */
export type Entry = { kind: 'row'; place: Position; fields: Fields } | { kind: 'problem'; problem: Problem };

/** `rows.csv:17`, or the picture's name. */
export function positionText({ file, line }: Position): string {
  return line === undefined ? file : `${file}:${line}`;
}

/** A problem of the input as errors and documents have it. */
export function fieldProblem({ place: { file, line }, field, message, hint }: Problem): FieldProblem {
  const whole = hint === undefined ? message : `${message} ${hint}`;
  return { field: field ?? null, message: whole, file, ...(line === undefined ? {} : { line }) };
}

/** How much of a manifest's text a message quotes, in characters. */
const LONGEST_QUOTE = 40;

/** An entry for a problem. */
export function wrong(place: Position, message: string, field?: string): Entry {
  return { kind: 'problem', problem: { place, message, ...(field === undefined ? {} : { field }) } };
}

/** A text of the manifest within a sentence: between quotation marks, harmless, cut where it is long. */
export function quoted(text: string): string {
  return inQuotes(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE - 1)}…` : text);
}
