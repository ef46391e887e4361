import { distance } from 'fastest-levenshtein';

/**
 * The known name that a wrong one is probably a typo of, if there is one: up to a third of the letters may differ, or
 * one name may be part of the other. Case, dashes and underscores do not count.
 *
 * @param prefix of all names, ignored
 */
export function nearName(name: string, known: readonly string[], prefix = ''): string | undefined {
  const bare = (text: string): string => text.slice(prefix.length).replace(/[-_]/g, '').toLowerCase();
  const wanted = bare(name);
  const slipsTo = (one: string): number => {
    const other = bare(one);
    const slips = distance(wanted, other);
    const shorter = Math.min(wanted.length, other.length);
    const isPart =
      shorter >= 4 && (wanted.startsWith(other) || other.startsWith(wanted) || other.endsWith(wanted));
    return isPart ? Math.min(slips, 1) : slips;
  };
  const [nearest] = known
    .map((one) => ({ one, slips: slipsTo(one) }))
    .filter(({ one, slips }) => slips <= Math.max(1, Math.floor(bare(one).length / 3)))
    .sort((a, b) => a.slips - b.slips);
  return nearest?.one;
}

/** `Did you mean batch?` if one of the known names is close, otherwise the alternative. */
export function didYouMean<Otherwise extends string | undefined>(
  name: string,
  known: readonly string[],
  otherwise: Otherwise,
): string | Otherwise {
  const near = nearName(name, known);
  return near === undefined ? otherwise : `Did you mean ${near}?`;
}
