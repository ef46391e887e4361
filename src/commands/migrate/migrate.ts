import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { modelSource } from '../model-source.js';
import { migrateManifest } from './many.js';
import { readNamed } from './named.js';
import { migrateOne } from './one.js';
import { readMigrateOptions } from './options.js';
import type { CallOf } from '../command.js';
import type { MIGRATE } from './command.js';

/** `fal-edit migrate`: translates a request for one model to another. Sends no edit. */
export async function runMigrate(call: CallOf<typeof MIGRATE>): Promise<ExitCode> {
  const { words, settings, context, terminal, json } = call;
  const models = modelSource(settings, call, 'show');
  const options = await readMigrateOptions(settings, models);
  const named = await readNamed(words, settings, context);
  const printing = { context, terminal, json };
  if (named.kind === 'request') await migrateOne(named.request, options, printing, models);
  else await migrateManifest(named, options, { settings, context, printing, models });
  return EXIT_OK;
}
