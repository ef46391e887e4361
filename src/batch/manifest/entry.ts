/** Where a row stands, for messages, annotations and reports. */
export interface Position {
  /** The manifest as the user named it, `stdin`, or the picture that the row is about. */
  file: string;
  /** From 1: the line on which the row begins. Undefined where the row is a picture. */
  line: number | undefined;
}

/** What a field of a row may hold; a cell of a CSV file is always text. */
export type FieldValue = string | number | boolean | null | FieldValue[] | { [name: string]: FieldValue };

/** The fields of one row, by their names as they stand in the manifest. */
export type Fields = Record<string, FieldValue>;

/** What is wrong with a row, or with the manifest at that place. */
export interface Problem {
  place: Position;
  /** The field as it stands in the manifest; undefined where the whole row is meant. */
  field?: string | undefined;
  /** What is wrong and what is allowed; a sentence without the place. */
  message: string;
}

/** One row of a manifest, or what keeps it from being one. */
export type Entry = { kind: 'row'; place: Position; fields: Fields } | { kind: 'problem'; problem: Problem };

/** `rows.csv:17`, or the picture's name. */
export function positionText({ file, line }: Position): string {
  return line === undefined ? file : `${file}:${line}`;
}

/** `rows.csv:17: strength: must be a number.` */
export function problemText({ place, field, message }: Problem): string {
  return [positionText(place), ...(field === undefined ? [] : [field]), message].join(': ');
}
