import type { ExitCode } from '../../exit-codes.js';
import type { CallOf } from '../command.js';
import { refusePromptWord } from '../words.js';
import type { BATCH } from './command.js';
import { asBatch } from './fail-batch.js';
import { readBatchOptions } from './options.js';
import { runBatch } from './run.js';

/** `fal-edit batch <manifest | picture…>` */
export function runBatchCommand(call: CallOf<typeof BATCH>): Promise<ExitCode> {
  const { words, settings, context } = call;
  return asBatch(call, async () => {
    await refusePromptWord('batch', words, settings, context.cwd);
    return runBatch(words, readBatchOptions(settings, context), call);
  });
}
