import type { ResultRow } from '../../batch/rows/result-row.js';
import { harmless } from '../../terminal/plain.js';
import { beginning, rowName } from '../naming.js';
import { chargedText, whatHappened } from '../what-happened.js';

/** GitHub shows ten errors per step; callers print no more annotations than that. */
export const MOST_ANNOTATIONS = 10;

/** Longest annotation and parts, in escaped characters. The message gets what the other parts leave. */
const LONGEST = 500;
const LONGEST_TITLE = 120;
const LONGEST_CHARGED = 60;
/** A longer path is left out: a cut one would name another file. */
const LONGEST_FILE = 200;

/** Characters that end a command's data, and so its line. */
const IN_DATA: Record<string, string> = { '%': '%25', '\r': '%0D', '\n': '%0A' };
/** Characters that also end a property of a command. */
const IN_PROPERTY: Record<string, string> = { ...IN_DATA, ':': '%3A', ',': '%2C' };

/**
 * The workflow command that shows a failed row on its line of the manifest: one line, without its line end, at most
 * 500 characters. No text of a row can end the command or start another one. Undefined for a row that is done or
 * unfinished.
 */
export function annotationLine(row: ResultRow): string | undefined {
  if (row.state === 'done' || row.state === 'pending' || row.state === 'waiting') return undefined;
  const { message, hint } = whatHappened(row);
  const title = `${row.state}: ${beginning(rowName(row), LONGEST_TITLE)}`;
  const properties = [...position(row), `title=${escaped(title, IN_PROPERTY, LONGEST_TITLE)}`];
  const start = `::error ${properties.join(',')}::`;
  // However long the message, whether it was charged is never cut off.
  const end = escaped(`\ncharged: ${chargedText(row)}`, IN_DATA, LONGEST_CHARGED);
  const text = harmless(hint === null ? message : `${message}\n${hint}`);
  return start + escaped(text, IN_DATA, LONGEST - start.length - end.length) + end;
}

function position({ place: { file, line } }: ResultRow): string[] {
  const escapedFile = escaped(harmless(file), IN_PROPERTY, Infinity);
  if (escapedFile.length > LONGEST_FILE) return [];
  return [`file=${escapedFile}`, ...(line === undefined ? [] : [`line=${line}`])];
}

/** Escapes a text, then cuts it, never within an escape or a character. */
function escaped(text: string, escapes: Record<string, string>, most: number): string {
  let kept = '';
  for (const character of text.replace(/\p{Cs}/gu, '\ufffd')) {
    const next = escapes[character] ?? character;
    if (kept.length + next.length >= most) return `${kept}…`;
    kept += next;
  }
  return kept;
}
