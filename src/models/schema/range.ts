import type { Tree } from './tree.js';

/** The bounds of a number. */
export type Range = Pick<Extract<Tree, { kind: 'number' }>, 'min' | 'max' | 'above' | 'below' | 'multipleOf'>;

/** One end of a range; `isOpen` if the value itself is outside. Infinite where there is no bound. */
export interface End {
  value: number;
  isOpen: boolean;
}

/** The lower end of a range. @param whole whether only whole numbers count */
export function lowEnd({ min = -Infinity, above = -Infinity }: Range, whole: boolean): End {
  const end = above >= min ? { value: above, isOpen: above !== -Infinity } : { value: min, isOpen: false };
  if (!whole || !Number.isFinite(end.value)) return end;
  return { value: end.isOpen ? Math.floor(end.value) + 1 : Math.ceil(end.value), isOpen: false };
}

/** The upper end of a range. @param whole whether only whole numbers count */
export function highEnd({ max = Infinity, below = Infinity }: Range, whole: boolean): End {
  const end = below <= max ? { value: below, isOpen: below !== Infinity } : { value: max, isOpen: false };
  if (!whole || !Number.isFinite(end.value)) return end;
  return { value: end.isOpen ? Math.ceil(end.value) - 1 : Math.floor(end.value), isOpen: false };
}

/** `0.01..1`, `0..`, `above 0, at most 1`; undefined if nothing bounds it. */
export function rangeText(range: Range, whole: boolean): string | undefined {
  const [low, high] = [lowEnd(range, whole), highEnd(range, whole)];
  const [from, to] = [low, high].map(({ value }) => (Number.isFinite(value) ? String(value) : ''));
  const closed = from === '' && to === '' ? [] : [`${from}..${to}`];
  const open = [
    ...(from === '' ? [] : [`${low.isOpen ? 'above' : 'at least'} ${from}`]),
    ...(to === '' ? [] : [`${high.isOpen ? 'below' : 'at most'} ${to}`]),
  ];
  const { multipleOf } = range;
  const words = [
    ...(low.isOpen || high.isOpen ? open : closed),
    ...(multipleOf === undefined || (whole && multipleOf === 1) ? [] : [`multiples of ${multipleOf}`]),
  ];
  return words.length === 0 ? undefined : words.join(', ');
}
