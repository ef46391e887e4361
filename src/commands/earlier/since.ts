import type { Settings } from '../../config/settings.js';
import { parseDuration } from '../../edit/duration.js';
import { usageError } from '../../errors.js';

const DAY_MS = 86_400_000;

/**
 * The time that `--since` means, in milliseconds since the epoch; undefined where it is not given.
 *
 * @throws FalEditError (usage)
 */
export function readSince({ values, origins }: Settings<'since'>, now: number): number | undefined {
  const given = values['since'];
  if (typeof given !== 'string') return undefined;
  const time = parseSince(given.trim(), now);
  if (time !== undefined) return time;
  throw usageError(
    `${origins['since'] ?? '--since'}: "${given}" is not allowed. Allowed: a time ago (30m, 2h, 7d), today, yesterday, a day (2026-11-01), an ISO time (2026-11-01T08:00:00Z).`,
  );
}

/** Days are local ones, as a person means them. A bare number is nothing: it could be minutes or a year. */
export function parseSince(text: string, now: number): number | undefined {
  if (text === 'today') return new Date(now).setHours(0, 0, 0, 0);
  if (text === 'yesterday') return startOfYesterday(now);
  const [, days] = /^(\d+(?:\.\d+)?)\s*d$/i.exec(text) ?? [];
  if (days !== undefined) return now - Number(days) * DAY_MS;
  const ago = /[a-z]$/i.test(text) ? parseDuration(text) : undefined;
  if (ago !== undefined) return now - ago;
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]\d\d:\d\d.*)?$/.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  // Date makes 2 March of 30 February.
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
