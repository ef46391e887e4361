import { distance } from 'fastest-levenshtein';

/**
 * The known name that a wrong one is a slip of the fingers away from, if there is one: a third of its letters may
 * differ, or it is a part of the known one or goes on behind it. Case, dashes and underscores do not count.
 *
 * @param prefix of all names, which says nothing
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

/** `Did you mean batch?` where one of the known names is close, else the alternative. */
export function didYouMean<Otherwise extends string | undefined>(
  name: string,
  known: readonly string[],
  otherwise: Otherwise,
): string | Otherwise {
  const near = nearName(name, known);
  return near === undefined ? otherwise : `Did you mean ${near}?`;
}
