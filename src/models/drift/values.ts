import { highEnd, lowEnd, rangeText, type End, type Range } from '../schema/range.js';
import type { Tree } from '../schema/tree.js';
import { difference, gravityOfMore, type Difference, type Position } from './difference.js';

type Kind<K extends Tree['kind']> = Extract<Tree, { kind: K }>;

export function compareTexts(ours: Kind<'text'>, fals: Kind<'text'>, at: Position): Difference[] {
  return [...compareValues(ours.words, fals.words, at), ...compareTextLength(ours, fals, at)];
}

export function compareNumbers(ours: Kind<'number'>, fals: Kind<'number'>, at: Position): Difference[] {
  return ours.values === undefined && fals.values === undefined
    ? compareRange(ours, fals, at)
    : compareValues(ours.values, fals.values ?? ours.values?.filter((value) => isAllowed(value, fals)), at);
}

export function compareSwitches(
  ours: Kind<'boolean'>,
  fals: Kind<'boolean'>,
  { path }: Position,
): Difference[] {
  if (fals.only === undefined || ours.only === fals.only) return [];
  const own = ours.only === undefined ? 'true, false' : String(ours.only);
  return [difference('drift', path, 'values', own, String(fals.only))];
}

/** A list that we keep shorter than fal's schema is on purpose: fal drops pictures silently. */
export function compareLength(ours: Kind<'list'>, fals: Kind<'list'>, { path }: Position): Difference[] {
  const isLost =
    (fals.minItems ?? 0) > (ours.minItems ?? 0) || (fals.maxItems ?? Infinity) < (ours.maxItems ?? Infinity);
  return isLost ? [difference('drift', path, 'range', countText(ours), countText(fals))] : [];
}

/** Values that are listed one by one; undefined: any. */
function compareValues(
  ours: readonly unknown[] | undefined,
  fals: readonly unknown[] | undefined,
  at: Position,
): Difference[] {
  const isLost = fals !== undefined && (ours === undefined || ours.some((value) => !fals.includes(value)));
  const hasMore = ours !== undefined && (fals === undefined || fals.some((value) => !ours.includes(value)));
  if (!isLost && !hasMore) return [];
  const gravity = isLost ? 'drift' : gravityOfMore(at);
  return [difference(gravity, at.path, 'values', ours?.join(', ') ?? 'any', fals?.join(', ') ?? 'any')];
}

/** An empty text is never sent, so that a least length of 1 is none. */
function compareTextLength(ours: Kind<'text'>, fals: Kind<'text'>, { path }: Position): Difference[] {
  if (ours.words !== undefined) return [];
  const isLost =
    Math.max(fals.minLength ?? 0, 1) > Math.max(ours.minLength ?? 0, 1) ||
    (fals.maxLength ?? Infinity) < (ours.maxLength ?? Infinity);
  if (!isLost) return [];
  const [own, other] = [ours, fals].map(({ minLength, maxLength }) =>
    countText({ minItems: minLength, maxItems: maxLength }),
  );
  return [difference('drift', path, 'range', `${own} characters`, `${other} characters`)];
}

function compareRange(ours: Kind<'number'>, fals: Kind<'number'>, at: Position): Difference[] {
  // Only the numbers that we allow count: above 0 is from 1 on where they are whole.
  const { whole } = ours;
  const signs = [
    compareEnds(lowEnd(ours, whole), lowEnd(fals, whole), 1),
    compareEnds(highEnd(ours, whole), highEnd(fals, whole), -1),
    compareSteps(ours, fals),
  ];
  const isLost = signs.some((sign) => sign < 0);
  if (!isLost && signs.every((sign) => sign === 0)) return [];
  const gravity = isLost ? 'drift' : gravityOfMore(at);
  return [difference(gravity, at.path, 'range', rangeText(ours, whole), rangeText(fals, whole))];
}

/** Negative if fal's end excludes numbers that ours includes. @param direction 1 for lower ends, -1 for upper ones */
function compareEnds(ours: End, fals: End, direction: 1 | -1): number {
  return ours.value === fals.value
    ? Number(ours.isOpen) - Number(fals.isOpen)
    : direction * (ours.value - fals.value);
}

function isAllowed(value: number, range: Range): boolean {
  const [low, high] = [lowEnd(range, false), highEnd(range, false)];
  return (
    value >= low.value &&
    value <= high.value &&
    !(low.isOpen && value === low.value) &&
    !(high.isOpen && value === high.value)
  );
}

/** Negative if fal takes fewer multiples than we do. */
function compareSteps({ multipleOf: ours }: Kind<'number'>, { multipleOf: fals }: Kind<'number'>): number {
  if (ours === fals) return 0;
  if (fals === undefined) return 1;
  return ours !== undefined && Number.isInteger(ours / fals) ? 1 : -1;
}

function countText({
  minItems = 0,
  maxItems,
}: {
  minItems?: number | undefined;
  maxItems?: number | undefined;
}): string {
  return maxItems === undefined ? `${minItems} or more` : `${minItems} to ${maxItems}`;
}
