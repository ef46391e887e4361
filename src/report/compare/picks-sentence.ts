import type { WinRate } from '../../study/pick/tally.js';
import { countText, percentText } from './words.js';

/** What people chose, and whether it can be told from chance. */
export function picksSentence(picks: readonly WinRate[]): string {
  const told = picks.filter(({ comparisons }) => comparisons > 0);
  const best = told.toSorted((a, b) => (b.rate ?? 0) - (a.rate ?? 0))[0];
  if (best?.interval == null || best.rate === null) return 'Nobody has chosen yet.';
  const { model, comparisons, rate, interval } = best;
  const figures = `${percentText(rate)} of ${countText(comparisons, 'blind comparison')} (95% interval ${percentText(interval.low)} to ${percentText(interval.high)})`;
  if (interval.low > 0.5) return `People who did not know the names preferred ${model}: in ${figures}.`;
  return `People who did not know the names showed no clear preference: the most chosen is ${model}, in ${figures}.`;
}
