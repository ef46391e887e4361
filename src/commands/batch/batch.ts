import type { ExitCode } from '../../exit-codes.js';
import type { CallOf } from '../command.js';
import type { BATCH } from './command.js';
import { failBatch } from './fail-batch.js';
import { readBatchOptions } from './options.js';
import { refusePromptWord } from '../words.js';
import { runBatch } from './run.js';

/** `fal-edit batch <manifest | picture…>` */
export async function runBatchCommand(call: CallOf<typeof BATCH>): Promise<ExitCode> {
  const { words, settings, context, terminal } = call;
  try {
    await refusePromptWord('batch', words, settings, context.cwd);
    return await runBatch(words, readBatchOptions(settings, context), call);
  } catch (error) {
    return failBatch(error, settings, terminal, context);
  }
}
