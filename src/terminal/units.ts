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

/** Dollars for people, with as many digits as a price of a picture needs: `$0.075`, `$1.20`. */
export function usdText(usd: number): string {
  const digits = Number.isInteger(Math.round(usd * 1e6) / 1e4) ? 2 : Math.abs(usd) < 0.001 ? 6 : 3;
  return `$${usd.toFixed(digits)}`;
}

/** A duration for people: `850 ms`, `12.3 s`, `2 m 05 s`. */
export function secondsText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
}
