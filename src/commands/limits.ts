import type { FlagValue, Settings } from '../config/settings.js';
import { parseDuration } from '../units.js';
import { usageError } from '../errors/error.js';
import { numberText } from '../models/number-text.js';

const DEFAULT_TIMEOUT_MS = 10 * 60_000;
const LONGEST_TIMEOUT_MS = 24 * 60 * 60_000;

/** The deadline of the settings, in milliseconds. */
export function readTimeout({ values, origins }: Settings<'timeout'>): number {
  const given = textOf(values['timeout']);
  if (given === undefined) return DEFAULT_TIMEOUT_MS;
  const ms = parseDuration(given);
  if (ms !== undefined && ms > 0 && ms <= LONGEST_TIMEOUT_MS) return ms;
  throw usageError(
    `${origins['timeout'] ?? '--timeout'} must be a time up to 24h, e.g. 30s, 10m, 1h, not "${given}".`,
  );
}

/** The oldest schema that an edit is paid for with, in milliseconds; undefined for the default. */
export function readSchemaMaxAge({ values, origins }: Settings<'schema-max-age'>): number | undefined {
  const given = textOf(values['schema-max-age']);
  if (given === undefined) return undefined;
  const ms = parseDuration(given);
  if (ms !== undefined) return ms;
  throw usageError(
    `${origins['schema-max-age'] ?? '--schema-max-age'} must be a time, e.g. 1h or 7d, or 0, not "${given}".`,
  );
}

/** An amount in dollars from the settings. @throws FalEditError (usage) */
export function readDollars(
  { values, origins }: Settings<'max-cost' | 'daily-cap' | 'assume-cost'>,
  flag: 'max-cost' | 'daily-cap' | 'assume-cost',
): number | undefined {
  const given = textOf(values[flag]);
  if (given === undefined) return undefined;
  const parsed = numberText.safeParse(given.trim().replace(/^\$/, ''));
  if (parsed.success && parsed.data >= 0 && Number.isFinite(parsed.data)) return parsed.data;
  throw usageError(`${origins[flag] ?? `--${flag}`} must be dollars, e.g. 0.50 or 5, not "${given}".`);
}

/** The assumed cost of an edit whose price is unknown, in dollars. @throws FalEditError (usage) */
export function readAssumedUsd(settings: Settings<'assume-cost'>): number | undefined {
  const usd = readDollars(settings, 'assume-cost');
  if (usd !== 0) return usd;
  throw usageError(`${settings.origins['assume-cost'] ?? '--assume-cost'} must be above $0, e.g. 0.10.`);
}

function textOf(value: FlagValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
