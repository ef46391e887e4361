import type { Output } from '../../context.js';
import type { CountedChange } from '../../migrate/counted.js';
import type { FieldChange, ChangeKind } from '../../migrate/field-change.js';
import { harmlessLine } from '../../terminal/plain.js';
import type { Terminal } from '../../terminal/terminal.js';
import { wrap } from '../../terminal/wrap.js';

const WORDS: Record<ChangeKind, string> = {
  kept: 'kept',
  renamed: 'renamed',
  reshaped: 'reshaped',
  dropped: 'dropped',
  ignored: 'ignored',
  out_of_range: 'out of range',
  default_differs: 'default differs',
};

/** Losses are highlighted. */
const IS_LOSS: Record<ChangeKind, boolean> = {
  ...{ kept: false, renamed: false, reshaped: false },
  ...{ dropped: true, ignored: true, out_of_range: true, default_differs: false },
};

/** Field names from outside may have any length. */
const LONGEST_FIELD = 40;
const LONGEST_TEXT = 400;
/** A garbage request may have thousands of fields. */
const MOST_LINES = 40;
const GAP = '  ';

/**
 * Lines that describe the change of each field: aligned, and wrapped to the width of a terminal.
 *
 * @param changes with the number of rows, if they are from several requests
 */
export function changeLines(
  changes: readonly (FieldChange | CountedChange)[],
  { isTTY, columns }: Pick<Output, 'isTTY' | 'columns'>,
  paint: Terminal['paint'],
): string[] {
  const rows = changes.slice(0, MOST_LINES).map((change) => ({
    change,
    field: harmlessLine(fieldText(change), LONGEST_FIELD * 2),
    text: harmlessLine(sentence(change), LONGEST_TEXT),
  }));
  const wordWidth = Math.max(0, ...rows.map(({ change }) => WORDS[change.kind].length));
  const fieldWidth = Math.max(0, ...rows.map(({ field }) => field.length));
  const left = wordWidth + GAP.length + fieldWidth + GAP.length;
  const width = isTTY === true ? Math.max((columns ?? 0) || 80, left + 20) - left : Infinity;
  const lines = rows.flatMap(({ change, field, text }) => {
    const word = WORDS[change.kind].padEnd(wordWidth);
    const painted = IS_LOSS[change.kind] ? paint('yellow', word) : word;
    const [first = '', ...more] = wrap(text, width);
    return [
      `${painted}${GAP}${field.padEnd(fieldWidth)}${GAP}${first}`.trimEnd(),
      ...more.map((line) => ' '.repeat(left) + line),
    ];
  });
  const others = changes.length - rows.length;
  return others === 0 ? lines : [...lines, `and ${others} more; --json has them all`];
}

function fieldText({ field, to, kind }: FieldChange): string {
  const name = field.length > LONGEST_FIELD ? `${field.slice(0, LONGEST_FIELD - 1)}…` : field;
  return to === undefined || to === field || kind === 'default_differs' ? name : `${name} → ${to}`;
}

function sentence(change: FieldChange | CountedChange): string {
  const { why, instead } = change;
  const rows = 'rows' in change ? [change.rows === 1 ? '1 row' : `${change.rows} rows`] : [];
  const reason = [...rows, ...(why === undefined ? [] : [why])].join(': ');
  return [reason, ...(instead === undefined ? [] : [`${instead}.`])].filter((part) => part !== '').join('. ');
}
