/**
 * Whether a line of CSV ends within quotes, so that the next belongs to the same row. A quote opens at the beginning
 * of a cell alone; what is wrong in other places is csv-parse's to say.
 *
 * @param isInQuotes whether it begins within quotes
 */
export function endsInQuotes(line: string, isInQuotes: boolean, delimiter: string): boolean {
  let isQuoted = isInQuotes;
  /** Where a cell begins, or goes on within quotes. */
  let at = 0;
  for (;;) {
    if (!isQuoted && line[at] === '"') {
      isQuoted = true;
      at++;
    }
    if (isQuoted) at = closingQuote(line, at);
    if (at === -1) return true;
    const end = line.indexOf(delimiter, at);
    if (end === -1) return false;
    at = end + delimiter.length;
    isQuoted = false;
  }
}

/** Two quotes are one that is meant. */
function closingQuote(line: string, from: number): number {
  for (let at = line.indexOf('"', from); at !== -1; at = line.indexOf('"', at + 2)) {
    if (line[at + 1] !== '"') return at;
  }
  return -1;
}
