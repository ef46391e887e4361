import { usageError } from '../../errors/error.js';
import type { MeasuredCell } from '../measured.js';
import { figuresOf, type FigureName, type Figures } from './figures.js';
import type { SeedGroup } from './groups.js';

/** A condition of `--best`: `max-change=0.4`. */
export interface Bound {
  /** As the user wrote it. */
  written: string;
  side: 'min' | 'max';
  figure: FigureName;
  value: number;
}

/** Figures of the bounds, by their names in the flag. */
const NAMES: ReadonlyMap<string, FigureName> = new Map([
  ['change', 'change'],
  ['hash-distance', 'hash_distance'],
  ['colour-shift', 'colour_shift'],
  ['color-shift', 'colour_shift'],
  ['sharpness', 'sharpness'],
  ['cost', 'cost_usd'],
]);

/** @param where name of the flag in messages. @throws FalEditError (usage) */
export function parseBound(written: string, where: string): Bound {
  const [, side = '', name = '', number = ''] =
    /^\s*(min|max)[-_]([a-z_-]+)\s*=\s*\$?(\d+\.?\d*|\.\d+)\s*$/i.exec(written) ?? [];
  const figure = NAMES.get(name.toLowerCase().replaceAll('_', '-'));
  if (figure === undefined) {
    const names = [...NAMES.keys()].filter((one) => one !== 'color-shift');
    throw usageError(
      `${where} must be min-<figure>=<number> or max-<figure>=<number>, not "${written}". Figures: ${names.join(', ')}.`,
      'For example: --best max-change=0.4',
    );
  }
  return {
    written: written.trim(),
    side: side.toLowerCase() as Bound['side'],
    figure,
    value: Number(number),
  };
}

/** The chosen setting, with the cell that represents it. */
export interface Best {
  group: SeedGroup;
  cell: MeasuredCell;
  /** Whether it meets all bounds; if not, it is the nearest setting. */
  isMet: boolean;
}

/**
 * Chooses the setting whose medians over the seeds meet all bounds and are nearest to the last bound; the first if
 * several are equal. Undefined if nothing is measured.
 */
export function chooseBest(groups: readonly SeedGroup[], bounds: readonly Bound[]): Best | undefined {
  const last = bounds.at(-1);
  if (last === undefined) return undefined;
  const known = groups.filter(({ figures }) => bounds.every(({ figure }) => figures[figure] !== null));
  const meeting = known.filter(({ figures }) => bounds.every((bound) => excess(figures, bound) <= 0));
  const isMet = meeting.length > 0;
  const group = isMet
    ? leastOf(meeting, ({ figures }) => -excess(figures, last))
    : leastOf(known, ({ figures }) => Math.max(...bounds.map((bound) => relativeExcess(figures, bound))));
  const cell = group === undefined ? undefined : typicalCell(group, last.figure);
  return group === undefined || cell === undefined ? undefined : { group, cell, isMet };
}

/** Amount by which a bound is exceeded; negative if it is met. */
function excess(figures: Figures, { side, figure, value }: Bound): number {
  const found = figures[figure] ?? NaN;
  return side === 'max' ? found - value : value - found;
}

/** Excess relative to the bound, so that different figures can be compared. */
function relativeExcess(figures: Figures, bound: Bound): number {
  return Math.max(0, excess(figures, bound)) / Math.max(bound.value, 1e-9);
}

/** The cell whose own figure is nearest to the median over the seeds. */
function typicalCell({ cells, figures }: SeedGroup, figure: FigureName): MeasuredCell | undefined {
  const middle = figures[figure] ?? 0;
  const known = cells.filter((cell) => figuresOf(cell)[figure] !== null);
  return leastOf(known, (cell) => Math.abs((figuresOf(cell)[figure] ?? 0) - middle));
}

function leastOf<T>(items: readonly T[], of: (item: T) => number): T | undefined {
  let least: { item: T; value: number } | undefined;
  for (const item of items) {
    const value = of(item);
    if (least === undefined || value < least.value) least = { item, value };
  }
  return least?.item;
}
