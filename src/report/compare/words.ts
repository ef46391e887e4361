import { bytesText, secondsText, usdText } from '../../units.js';
import type { ModelSummary, Spread } from '../../study/compare/summary.js';

/** A share as people read it: `31%`, `4.2%`. */
export function percentText(share: number): string {
  const percent = share * 100;
  return `${percent < 9.95 && percent !== 0 ? percent.toFixed(1) : Math.round(percent)}%`;
}

/** `3 pictures`, `1 picture`. */
export function countText(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Formats the values of each measure. */
export const TEXT_OF: Record<keyof ModelSummary['measures'], (value: number) => string> = {
  change: percentText,
  scatter: percentText,
  hash_distance: (bits) => String(Math.round(bits * 10) / 10),
  colour_shift: (distance) => distance.toFixed(1),
  sharpness: (value) => value.toFixed(value < 10 ? 2 : 1),
  inference_ms: secondsText,
  queued_ms: secondsText,
  bytes: bytesText,
};

/** `31% (28% to 35%)`: the median and the quartiles. A dash for null. */
export function spreadText(spread: Spread | null, text: (value: number) => string): string {
  if (spread === null) return '–';
  const [lower, middle, upper] = [spread.lower, spread.median, spread.upper].map(text);
  return lower === upper ? (middle ?? '') : `${middle ?? ''} (${lower ?? ''} to ${upper ?? ''})`;
}

/** Title of a column of costs. */
export function costTitle(isSandbox: boolean): string {
  return isSandbox ? '100 pictures would cost' : '100 pictures';
}

/** Cost of 100 pictures; a dash if there are none or it is unknown. */
export function costText({
  per_100_pictures_usd: usd,
  is_estimate: isEstimate,
}: ModelSummary['cost']): string {
  if (usd === null) return '–';
  return isEstimate ? `about ${usdText(usd)} (estimated)` : usdText(usd);
}
