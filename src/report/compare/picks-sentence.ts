import type { WinRate } from '../../study/pick/tally.js';
import { countText, percentText } from './words.js';

/** Which results people prefer, and whether that could be chance. */
export function picksSentence(picks: readonly WinRate[]): string {
  const compared = picks.filter(({ comparisons }) => comparisons > 0);
  const best = compared.toSorted((a, b) => (b.rate ?? 0) - (a.rate ?? 0))[0];
  if (best?.interval == null || best.rate === null) return 'Nobody has chosen yet.';
  const { model, comparisons, rate, interval } = best;
  const figures = `a win rate of ${percentText(rate)} in ${countText(comparisons, 'comparison')} (95% interval ${percentText(interval.low)} to ${percentText(interval.high)})`;
  if (interval.low > 0.5) return `People preferred ${model} in blind comparisons: ${figures}.`;
  return `People showed no clear preference in blind comparisons: ${model} was chosen most, with ${figures}.`;
}
