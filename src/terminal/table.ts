import type { Output } from '../context.js';
import { harmlessLine } from './plain.js';

/** A column of a table. */
export interface Column {
  title: string;
  /** Right-aligned, for numbers. */
  right?: boolean;
  /** Never cut, e.g. a path. */
  whole?: boolean;
}

/** Longest cell; a prompt may be a book. */
const LONGEST_CELL = 2000;
/** Smallest width of the last column on a narrow terminal. */
const NARROWEST = 8;

/**
 * The lines of a table, with its titles first, each cell harmless and on one line. On a terminal: in columns, the last
 * one cut to what fits. Elsewhere for scripts: tabs between the cells, nothing cut.
 */
export async function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { isTTY, columns: width }: Pick<Output, 'isTTY' | 'columns'>,
): Promise<string[]> {
  const cells = rows.map((row) => row.map((cell) => harmlessLine(cell, LONGEST_CELL)));
  const all = [columns.map(({ title }) => title), ...cells];
  if (isTTY !== true) return all.map((row) => row.join('\t'));
  const measure = await measureFor(all);
  const last = columns.length - 1;
  const widths = columns.map((_, index) => Math.max(...all.map((row) => measure(row[index] ?? ''))));
  const before = widths.slice(0, last).reduce((sum, one) => sum + one + 2, 0);
  const room = Math.max(NARROWEST, (width === undefined || width === 0 ? 80 : width) - before);
  return all.map((row) =>
    row
      .map((cell, index) => {
        const { right = false, whole = false } = columns[index] ?? {};
        if (index === last && !right) return whole ? cell : cut(cell, room, measure);
        const padding = ' '.repeat((widths[index] ?? 0) - measure(cell));
        return right ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd(),
  );
}

type Measure = (text: string) => number;

/** Loads a function for the width of a text. Most tables are plain ASCII and need no Unicode tables. */
async function measureFor(rows: readonly (readonly string[])[]): Promise<Measure> {
  if (rows.every((row) => row.every((cell) => /^[\0-\x7f]*$/.test(cell)))) return (text) => text.length;
  const { default: stringWidth } = await import('string-width');
  return stringWidth;
}

/** Cuts a text, but never within a grapheme. */
function cut(text: string, room: number, measure: Measure): string {
  if (measure(text) <= room) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (measure(kept + segment) > room - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
