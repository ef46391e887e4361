import type { ResultRow } from '../../batch/rows/result-row.js';
import { harmless } from '../../terminal/plain.js';
import { beginning, rowName } from '../naming.js';
import { chargedText, whatHappened } from '../what-happened.js';

/** GitHub shows ten errors of a step; whoever prints annotations stops there. */
export const MOST_ANNOTATIONS = 10;

/** How long an annotation and its parts may be, in characters, escaped. The message has what the others leave. */
const LONGEST = 500;
const LONGEST_TITLE = 120;
const LONGEST_CHARGED = 60;
/** A longer path is left out: half of it would be another file. */
const LONGEST_FILE = 200;

/** Characters that end a command's data, and so its line. */
const IN_DATA: Record<string, string> = { '%': '%25', '\r': '%0D', '\n': '%0A' };
/** Characters that end a property of a command as well. */
const IN_PROPERTY: Record<string, string> = { ...IN_DATA, ':': '%3A', ',': '%2C' };

/**
 * The workflow command that shows a row which went wrong on its line of the manifest: one line, without its end, at
 * most 500 characters. Nothing that a row brings along can end it or begin a command of its own. Undefined for a row
 * that is done or not over: there is nothing to complain about.
 */
export function annotationLine(row: ResultRow): string | undefined {
  if (row.state === 'done' || row.state === 'pending' || row.state === 'waiting') return undefined;
  const { message, hint } = whatHappened(row);
  const title = `${row.state}: ${beginning(rowName(row), LONGEST_TITLE)}`;
  const properties = [...position(row), `title=${escaped(title, IN_PROPERTY, LONGEST_TITLE)}`];
  const start = `::error ${properties.join(',')}::`;
  // However long the message is: whether it was paid for is not cut off.
  const end = escaped(`\ncharged: ${chargedText(row)}`, IN_DATA, LONGEST_CHARGED);
  const text = harmless(hint === null ? message : `${message}\n${hint}`);
  return start + escaped(text, IN_DATA, LONGEST - start.length - end.length) + end;
}

function position({ place: { file, line } }: ResultRow): string[] {
  const escapedFile = escaped(harmless(file), IN_PROPERTY, Infinity);
  if (escapedFile.length > LONGEST_FILE) return [];
  return [`file=${escapedFile}`, ...(line === undefined ? [] : [`line=${line}`])];
}

/** Cut after the escaping, and never through an escape or half a character. */
function escaped(text: string, escapes: Record<string, string>, most: number): string {
  let kept = '';
  for (const character of text.replace(/\p{Cs}/gu, '\ufffd')) {
    const next = escapes[character] ?? character;
    if (kept.length + next.length >= most) return `${kept}…`;
    kept += next;
  }
  return kept;
}
