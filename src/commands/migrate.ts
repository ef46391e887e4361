import type { FlagValue } from '../config/settings.js';
import type { Context } from '../context.js';
import { EXIT_OK, type ExitCode } from '../exit-codes.js';
import { fail } from './fail.js';
import { MIGRATE_EXCLUSIVE, MIGRATE_FLAGS } from './flags/migrate.js';
import { migrateManifest } from './migrate/many.js';
import { readNamed } from './migrate/named.js';
import { migrateOne } from './migrate/one.js';
import { readMigrateOptions } from './migrate/options.js';
import { refuseQuietAndVerbose, terminalOf } from './open-terminal.js';
import { readSettings } from './read-settings.js';

/** `fal-edit migrate`: a request for one model as a request for another. Sends nothing. */
export async function migrateCommand(
  words: readonly string[],
  given: Readonly<Record<string, FlagValue>>,
  context: Context,
): Promise<ExitCode> {
  const settings = await readSettings({ flags: MIGRATE_FLAGS, exclusive: MIGRATE_EXCLUSIVE }, given, context);
  const terminal = await terminalOf(settings, context);
  const json = settings.values['json'] === true;
  try {
    refuseQuietAndVerbose(settings);
    const options = readMigrateOptions(settings);
    const named = await readNamed(words, settings, context);
    const printing = { context, terminal, json };
    if (named.kind === 'request') migrateOne(named.request, options, printing);
    else await migrateManifest(named, options, { settings, context, printing });
    return EXIT_OK;
  } catch (error) {
    return fail(error, terminal, undefined, json);
  }
}
