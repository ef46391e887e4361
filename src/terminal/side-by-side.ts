import type { Output } from '../context.js';
import { harmlessLine } from './plain.js';
import { wrap } from './wrap.js';

const GAP = 2;
/** Smallest width of a column on any terminal. */
const NARROWEST = 10;

/**
 * Compares things side by side. Each row has a label and a cell per thing; the first row has their names. On a
 * terminal the cells are wrapped in equal columns; elsewhere tabs separate them, and nothing is cut.
 */
export function sideBySideLines(
  rows: readonly (readonly string[])[],
  { isTTY, columns: width }: Pick<Output, 'isTTY' | 'columns'>,
): string[] {
  const cells = rows.map((row) => row.map((cell) => harmlessLine(cell, Infinity)));
  if (isTTY !== true) return cells.map((row) => row.join('\t'));
  const labels = Math.max(...cells.map(([label = '']) => label.length));
  const things = Math.max(1, (cells[0]?.length ?? 1) - 1);
  const room = (width === undefined || width === 0 ? 80 : width) - labels - things * GAP;
  const each = Math.max(NARROWEST, Math.floor(room / things));
  return cells.flatMap(([label = '', ...row]) => {
    const blocks = row.map((cell) => wrap(cell, each));
    const height = Math.max(1, ...blocks.map((block) => block.length));
    return Array.from({ length: height }, (_, line) =>
      [(line === 0 ? label : '').padEnd(labels), ...blocks.map((block) => (block[line] ?? '').padEnd(each))]
        .join(' '.repeat(GAP))
        .trimEnd(),
    );
  });
}
