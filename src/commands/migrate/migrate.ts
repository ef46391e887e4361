import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { migrateManifest } from './many.js';
import { readNamed } from './named.js';
import { migrateOne } from './one.js';
import { readMigrateOptions } from './options.js';
import type { CallOf } from '../command.js';
import type { MIGRATE } from './command.js';

/** `fal-edit migrate`: translates a request for one model to another. Sends nothing. */
export async function runMigrate(call: CallOf<typeof MIGRATE>): Promise<ExitCode> {
  const { words, settings, context, terminal, json } = call;
  const options = readMigrateOptions(settings);
  const named = await readNamed(words, settings, context);
  const printing = { context, terminal, json };
  if (named.kind === 'request') migrateOne(named.request, options, printing);
  else await migrateManifest(named, options, { settings, context, printing });
  return EXIT_OK;
}
