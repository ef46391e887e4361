import type { NextSteps } from '../edit/next-steps.js';
import { shellWords } from '../shell-words.js';

const RUN_AGAIN = 'Run the batch again: it asks fal first, and fetches what fal has at no extra cost';

/** Next steps for a row within its batch, which reconciles and fetches by itself. */
export const BY_BATCH: NextSteps = {
  fetch: () => RUN_AGAIN,
  check: () => RUN_AGAIN,
  freeSpace: () => `Free some space. ${RUN_AGAIN}`,
};

/**
 * Command that fetches everything fal has of a batch, and checks edits that may have been sent.
 *
 * @param folder as displayed
 */
export function collectCommand(folder: string): string {
  return shellWords(['fal-edit', 'batch', '--collect', '--out-dir', folder]);
}

/** Next steps for a row, for other commands. @param folder as displayed */
export function byFolder(folder: string): NextSteps {
  const fetch = `Fetch it at no extra cost: ${collectCommand(folder)}`;
  return {
    fetch: () => fetch,
    check: () => `Check: ${collectCommand(folder)}`,
    freeSpace: () => `Free some space. ${fetch}`,
  };
}
