import type { Settings } from '../../config/settings.js';
import { parseDuration } from '../../units.js';
import { usageError } from '../../errors/error.js';

const DAY_MS = 86_400_000;

/**
 * Time given by `--since`, in milliseconds since the epoch; undefined if it is not given.
 *
 * @throws FalEditError (usage)
 */
export function readSince({ values, origins }: Settings<'since'>, now: number): number | undefined {
  const given = values['since'];
  if (typeof given !== 'string') return undefined;
  const time = parseSince(given.trim(), now);
  if (time !== undefined) return time;
  throw usageError(
    `${origins['since'] ?? '--since'} must be a time ago (30m, 2h, 7d), today, yesterday, a day (2026-11-01) or an ISO time (2026-11-01T08:00:00Z), not "${given}".`,
  );
}

/** Days are in local time. A bare number is refused: it could be minutes or a year. */
export function parseSince(text: string, now: number): number | undefined {
  if (text === 'today') return new Date(now).setHours(0, 0, 0, 0);
  if (text === 'yesterday') return startOfYesterday(now);
  const [, days] = /^(\d+(?:\.\d+)?)\s*d$/i.exec(text) ?? [];
  if (days !== undefined) return now - Number(days) * DAY_MS;
  const ago = /[a-z]$/i.test(text) ? parseDuration(text) : undefined;
  if (ago !== undefined) return now - ago;
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]\d\d:\d\d.*)?$/.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  // Date turns 30 February into 2 March.
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  if (date.getMonth() !== Number(month) - 1 || date.getDate() !== Number(day)) return undefined;
  if (text.length === 10) return date.getTime();
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function startOfYesterday(now: number): number {
  const date = new Date(now);
  date.setDate(date.getDate() - 1);
  return date.setHours(0, 0, 0, 0);
}
