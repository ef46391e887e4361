import type { Context } from '../../context.js';
import { writeChoices } from '../../study/pick/choices.js';
import { openPairs } from '../../study/pick/pairs.js';
import type { Terminal } from '../../terminal/terminal.js';
import { openPage } from '../open-page.js';
import type { FoundComparison } from './comparison.js';
import { startJudging } from './judging.js';

/**
 * Serves the page until the user is done or a signal arrives. Saves each choice at once.
 *
 * @returns number of choices made
 */
export async function servePairs(
  { folder, edits, choices, sandbox }: FoundComparison,
  open: boolean,
  context: Context,
  terminal: Terminal,
): Promise<number> {
  const pairs = openPairs(edits, choices, context.random);
  if (pairs.length === 0) {
    terminal.note('All pairs are already judged.');
    return 0;
  }
  const keep = (all: typeof choices): Promise<void> => writeChoices(folder, all);
  const judging = startJudging(pairs, choices, folder, (all) => keep([...all]), context.now);
  const [{ startPickServer }, { pickPage }] = await Promise.all([
    import('./server.js'),
    import('../../report/page/pick-page.js'),
  ]);
  const server = await startPickServer(judging, await pickPage(sandbox));
  try {
    // Also under --quiet: nothing can be done without the address.
    terminal.error(`Open this address in a browser (it works once): ${server.url}`);
    terminal.note('Each choice is saved at once. Finish on the page, or stop with Ctrl-C.');
    if (open) await openPage(server.url, context, terminal);
    await Promise.race([server.ended, aborted(context.signal)]);
  } finally {
    await server.close();
  }
  return judging.state().done;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
