import type { OnBatchEvent } from '../../batch/events.js';
import { openBatchProgress, type Spending } from '../../terminal/batch-progress.js';
import path from 'node:path';
import { shortPath } from '../edit/document.js';
import { annotations } from './annotations.js';
import { eventLine } from './event-lines.js';
import type { Outcome } from './finish.js';
import type { BatchOptions } from './options.js';
import type { Surroundings } from './surroundings.js';

/** Output of a running batch. */
export interface BatchOutput {
  show: OnBatchEvent;
  stop: () => void;
}

/** Progress and failures to stderr; to stdout the paths as they come, or an object for each event. @param folder absolute */
export async function batchOutput(
  { events, listsPictures }: Pick<BatchOptions, 'events'> & Pick<Outcome, 'listsPictures'>,
  { context, terminal, json, onEvent }: Surroundings,
  folder: string,
  spending: () => Spending,
): Promise<BatchOutput> {
  const progress = await openBatchProgress(terminal, context, spending);
  const annotated = annotations(terminal, context);
  const show: OnBatchEvent = (event) => {
    progress.show(event);
    const line = events ? eventLine(event, context.now(), terminal.options.sandbox) : undefined;
    if (line !== undefined) terminal.result(line);
    if (event.type === 'ended' && listsPictures && !events && !json) {
      for (const { path: file } of event.result.images) {
        if (file !== null) terminal.result(shortPath(path.resolve(folder, file), context.cwd));
      }
    }
    annotated.show(event);
    onEvent?.(event);
  };
  const stop = (): void => {
    progress.stop();
    annotated.stop();
  };
  return { show, stop };
}
