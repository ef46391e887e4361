/* Money, sizes and durations, in notation for people. */

/** Dollars for people, with enough digits for the price of a picture: `$0.075`, `$1.20`. */
export function usdText(usd: number): string {
  const digits = Number.isInteger(Math.round(usd * 1e6) / 1e4) ? 2 : Math.abs(usd) < 0.001 ? 6 : 3;
  return `$${usd.toFixed(digits)}`;
}

/**
 * fal's bill in words, or what the sandbox would have billed.
 *
 * @param outstandingUsd estimates for accepted edits without a known price
 */
export function billedText(usd: number, sandbox: boolean, outstandingUsd = 0): string {
  if (!sandbox && usd === 0 && outstandingUsd > 0) {
    return `billed: not known yet (estimated ${usdText(outstandingUsd)})`;
  }
  if (!sandbox && outstandingUsd > 0) {
    return `at least ${usdText(usd)} billed, about ${usdText(outstandingUsd)} not billed yet`;
  }
  if (!sandbox) return `${usdText(usd)} billed`;
  // Its bill may be unknown.
  return usd === 0 ? 'sandbox: nothing charged' : `sandbox: nothing charged (would be ${usdText(usd)})`;
}

/** A size for people: `92.5 kB`, `1.2 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB'];
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    unit++;
  } while (value >= 999.5 && unit < units.length - 1);
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ''}`;
}

/** A duration for people: `850 ms`, `12.3 s`, `2 m 05 s`. */
export function secondsText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
}

/** How long ago, for people, in the largest unit that fits: `12 s`, `5 m`, `3 h`, `40 d`. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * `30s`, `10m`, `1h`, `7d`, `500ms`, `1.5m`, or a bare number of seconds, as milliseconds; undefined if it is
 * not a duration.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, number = '', unit = 's'] = match;
  return Number(number) * UNITS[unit.toLowerCase() as keyof typeof UNITS];
}

/** Milliseconds in notation for people: `30s`, `1.5m`. */
export function durationText(ms: number): string {
  const unit = (['h', 'm', 's'] as const).find((name) => ms >= UNITS[name]) ?? 'ms';
  return `${Math.round((ms / UNITS[unit]) * 100) / 100}${unit}`;
}
