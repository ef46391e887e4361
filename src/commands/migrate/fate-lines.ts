import type { Output } from '../../context.js';
import type { CountedFate } from '../../migrate/counted.js';
import type { Fate, FateKind } from '../../migrate/fate.js';
import { harmlessLine } from '../../terminal/plain.js';
import type { Terminal } from '../../terminal/terminal.js';
import { wrap } from '../../terminal/wrap.js';

const WORDS: Record<FateKind, string> = {
  kept: 'kept',
  renamed: 'renamed',
  reshaped: 'reshaped',
  dropped: 'dropped',
  ignored: 'ignored',
  out_of_range: 'out of range',
  default_differs: 'default differs',
};

/** Losses are highlighted. */
const IS_LOSS: Record<FateKind, boolean> = {
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
 * @param fates with the number of rows, if they are from several requests
 */
export function fateLines(
  fates: readonly (Fate | CountedFate)[],
  { isTTY, columns }: Pick<Output, 'isTTY' | 'columns'>,
  paint: Terminal['paint'],
): string[] {
  const rows = fates.slice(0, MOST_LINES).map((fate) => ({
    fate,
    field: harmlessLine(fieldText(fate), LONGEST_FIELD * 2),
    text: harmlessLine(sentence(fate), LONGEST_TEXT),
  }));
  const wordWidth = Math.max(0, ...rows.map(({ fate }) => WORDS[fate.fate].length));
  const fieldWidth = Math.max(0, ...rows.map(({ field }) => field.length));
  const left = wordWidth + GAP.length + fieldWidth + GAP.length;
  const width = isTTY === true ? Math.max((columns ?? 0) || 80, left + 20) - left : Infinity;
  const lines = rows.flatMap(({ fate, field, text }) => {
    const word = WORDS[fate.fate].padEnd(wordWidth);
    const painted = IS_LOSS[fate.fate] ? paint('yellow', word) : word;
    const [first = '', ...more] = wrap(text, width);
    return [
      `${painted}${GAP}${field.padEnd(fieldWidth)}${GAP}${first}`.trimEnd(),
      ...more.map((line) => ' '.repeat(left) + line),
    ];
  });
  const others = fates.length - rows.length;
  return others === 0 ? lines : [...lines, `and ${others} more; --json has them all`];
}

function fieldText({ field, to, fate }: Fate): string {
  const name = field.length > LONGEST_FIELD ? `${field.slice(0, LONGEST_FIELD - 1)}…` : field;
  return to === undefined || to === field || fate === 'default_differs' ? name : `${name} → ${to}`;
}

function sentence(fate: Fate | CountedFate): string {
  const { why, instead } = fate;
  const rows = 'rows' in fate ? [fate.rows === 1 ? '1 row' : `${fate.rows} rows`] : [];
  const reason = [...rows, ...(why === undefined ? [] : [why])].join(': ');
  return [reason, ...(instead === undefined ? [] : [`${instead}.`])].filter((part) => part !== '').join('. ');
}
