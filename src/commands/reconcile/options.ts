import type { Settings } from '../../config/settings.js';
import { parseDuration } from '../../units.js';
import { FalEditError, usageError } from '../../errors/error.js';
import type { Connection } from '../../fal/connection.js';

/**
 * fal lists a request some time after accepting it. Neither the delay nor whether it lists running requests is
 * documented (fal-api.md 5.5).
 */
const DEFAULT_SETTLE_MS = 10 * 60_000;
const LONGEST_SETTLE_MS = 24 * 60 * 60_000;

/** The settling time, in milliseconds; 0 trusts fal's list at once. @throws FalEditError (usage) */
export function readSettle({ values, origins }: Settings<'settle'>): number {
  const given = values['settle'];
  if (typeof given !== 'string') return DEFAULT_SETTLE_MS;
  const ms = parseDuration(given);
  if (ms !== undefined && ms <= LONGEST_SETTLE_MS) return ms;
  throw usageError(
    `${origins['settle'] ?? '--settle'} must be a time up to 24h, e.g. 0, 30s, 10m, not "${given}".`,
  );
}

/** fal's history needs a key; a proxy may add one. @throws FalEditError (auth) */
export function requireHistoryKey({ keyProblem }: Settings<never>, { key, proxyUrl }: Connection): void {
  if (keyProblem !== undefined) throw keyProblem;
  if (key !== undefined || proxyUrl !== undefined) return;
  throw new FalEditError('auth', "FAL_KEY is not set; fal's history needs a key. Nothing was checked.", {
    charged: 'maybe',
    hint: 'Set FAL_KEY to the key that the edit was sent with (https://fal.ai/dashboard/keys).',
  });
}
