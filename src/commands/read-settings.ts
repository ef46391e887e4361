import { resolveSettings, type FlagValue, type Settings } from '../config/settings.js';
import type { Context } from '../context.js';
import { flagsFor } from './flags/all.js';
import type { ExclusiveFlags, Flag } from './flags/flag.js';

/** What a command asks of the settings. */
export interface SettingsOf {
  /** The flags that it reads. */
  flags: readonly Flag[];
  exclusive?: ExclusiveFlags;
  /** It opens the user's ledger, so that it matters who says where that is. */
  ledger?: boolean;
}

/**
 * The settings of a command, from its flags, the environment and files.
 *
 * @throws FalEditError (usage): something is wrong in one of them, or would have an effect and is not trusted
 */
export async function readSettings(
  { flags, exclusive = [], ledger = false }: SettingsOf,
  given: Readonly<Record<string, FlagValue>>,
  context: Context,
): Promise<Settings> {
  const own = new Set(flags.map(({ name }) => name));
  const settings = await resolveSettings(context, { flags: flagsFor(flags), own, exclusive }, given);
  if (ledger && settings.stateDirProblem !== undefined) throw settings.stateDirProblem;
  return settings;
}
