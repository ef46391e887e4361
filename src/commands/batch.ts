import type { FlagValue } from '../config/settings.js';
import type { Context } from '../context.js';
import type { ExitCode } from '../exit-codes.js';
import { failBatch } from './batch/fail-batch.js';
import { mergeBatches } from './batch/merge.js';
import { readBatchOptions } from './batch/options.js';
import { runBatch } from './batch/run.js';
import { BATCH_EXCLUSIVE, BATCH_FLAGS, MERGE_FLAGS } from './flags/batch.js';
import { refuseQuietAndVerbose, terminalOf } from './open-terminal.js';
import { readSettings } from './read-settings.js';

/** `fal-edit batch <manifest | picture…>`, and `fal-edit batch merge <out-dir…>`. */
export async function batchCommand(
  words: readonly string[],
  given: Readonly<Record<string, FlagValue>>,
  context: Context,
): Promise<ExitCode> {
  const [first, ...folders] = words;
  const isMerge = first === 'merge';
  const flags = isMerge ? MERGE_FLAGS : BATCH_FLAGS;
  const wanted = { flags, exclusive: BATCH_EXCLUSIVE, ledger: !isMerge };
  const settings = await readSettings(wanted, given, context);
  const terminal = await terminalOf(settings, context);
  const json = settings.values['json'] === true;
  try {
    refuseQuietAndVerbose(settings);
    const options = readBatchOptions(settings, context);
    if (isMerge) return await mergeBatches(folders, options, { context, terminal, json });
    return await runBatch(words, options, { settings, context, terminal, json });
  } catch (error) {
    return failBatch(error, settings, terminal, context);
  }
}
