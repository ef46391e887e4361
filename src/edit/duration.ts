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

/** Milliseconds as a person writes them: `30s`, `1.5m`. */
export function durationText(ms: number): string {
  const unit = (['h', 'm', 's'] as const).find((name) => ms >= UNITS[name]) ?? 'ms';
  return `${Math.round((ms / UNITS[unit]) * 100) / 100}${unit}`;
}
