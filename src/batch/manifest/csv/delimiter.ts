const DELIMITERS = [',', ';', '\t'] as const;

/** Excel's own line in front of the header, e.g. `sep=;`; spreadsheets fill it up with empty cells. */
const SEP_LINE = /^"?sep=([^\w\s"]|\t)"?[,;\t]*\s*$/i;

/** The delimiter that a first line `sep=;` names; undefined for any other line. */
export function namedDelimiter(line: string): string | undefined {
  return SEP_LINE.exec(line)?.[1];
}

/** The delimiter of a header by what stands outside its quotes. Of several it is the comma: a guess would split prompts. */
export function guessedDelimiter(header: string): string {
  const outside = header.replace(/"[^"]*("|$)/g, '');
  const [one, ...others] = DELIMITERS.filter((delimiter) => outside.includes(delimiter));
  return one === undefined || others.length > 0 ? ',' : one;
}
