/**
 * How much a difference matters: `drift` if fal no longer accepts something that we send or allow, `warning` if it has
 * changed but still accepts that, `info` if it only has more, or if we cannot tell.
 */
export type Gravity = 'drift' | 'warning' | 'info';

/** One difference between an adapter and fal's published schema. */
export interface Difference {
  gravity: Gravity;
  /** Path of the field: `strength`, `loras.scale`. A name from fal may contain anything. */
  field: string;
  what: 'added' | 'gone' | 'required' | 'type' | 'values' | 'range' | 'default' | 'not_compared';
  /** Each side in words; undefined where it has nothing. */
  ours: string | undefined;
  fals: string | undefined;
}

/** Where in the input two types are compared. */
export interface Position {
  path: string;
  /**
   * Below the top we allow less than fal in some places, on purpose: there, only what fal does not accept is more than
   * information.
   */
  isTop: boolean;
}

export function difference(
  gravity: Gravity,
  field: string,
  what: Difference['what'],
  ours: string | undefined,
  fals: string | undefined,
): Difference {
  return { gravity, field, what, ours, fals };
}

/** The gravity of something that fal takes and we do not. */
export function gravityOfMore({ isTop }: Position): Gravity {
  return isTop ? 'warning' : 'info';
}
