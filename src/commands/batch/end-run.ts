import { endingOf, withStates } from '../../batch/ending.js';
import { standingOf, summaryOf, type RunFigures, type Standing } from '../../batch/summary.js';
import { asFalEditError, type FalEditError } from '../../errors.js';
import type { ErrorKind, ExitCode } from '../../exit-codes.js';
import { chargedSoFar } from '../../fal/submit-once.js';
import { endedKinds, rowsInOrder } from '../../ledger/batch/states.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Terminal } from '../../terminal/terminal.js';
import { FailedBatch, knowing } from './fail-batch.js';
import { finishBatch, type Outcome } from './finish.js';
import type { BatchOptions } from './options.js';
import type { Surroundings } from './surroundings.js';

/** A run that is over, one way or the other. */
export interface EndedRun {
  ledger: Ledger;
  /** Absolute. */
  folder: string;
  /** What the run itself has seen of its rows. */
  seen: Standing;
  /** What ended it before its end, and whether rows may have been sent by then. */
  broken: { error: FalEditError; isSending: boolean } | undefined;
  figures: Omit<RunFigures, 'finishedAt' | 'ending'>;
  outcome: Outcome;
}

/** How to go on where nothing is sent. */
const COLLECT_AGAIN =
  'What fal still has, the same command brings home later. Rows that were not sent need the batch itself: --collect sends nothing.';
const GO_ON = 'The same command again goes on from here, and pays for nothing twice.';

/**
 * Says how a run ended, and writes what it leaves.
 *
 * @throws FailedBatch where the ledger cannot be read any more; what it says is by what the run has seen
 */
export async function endRun(
  { ledger, folder, seen, broken, figures, outcome }: EndedRun,
  options: BatchOptions,
  { context, terminal, json }: Surroundings,
): Promise<ExitCode> {
  const { standing, kinds, unread } = standingAtEnd(ledger, seen);
  const { states } = standing;
  const stopped = figures.stopped ?? (broken?.isSending === true ? broken.error : unread);
  const ending =
    broken?.isSending === false
      ? withStates(broken.error, states)
      : endingOf({
          ...{ counts: states, kinds, invalid: figures.invalid, stopped },
          ...{ submitOnly: options.submitOnly, interrupted: context.signal.reason },
          goOn: options.collect ? COLLECT_AGAIN : GO_ON,
          sandbox: standing.sandbox,
        });
  nameIfGone(ledger, terminal);
  // What fal said may be in it, and it goes to files of many kinds.
  const summary = context.secrets.redactIn(
    summaryOf(standing, { ...figures, stopped, ending, finishedAt: context.now() }),
  );
  const facts = { ...summary, out_dir: folder };
  if (unread !== undefined) throw new FailedBatch(ending ?? unread, facts);
  const finished = { ledger, folder, summary, ending, options, context, terminal, json };
  return knowing({ facts }, () => finishBatch(finished, outcome));
}

/** By the ledger, or by what the run has seen where that cannot be read any more. */
function standingAtEnd(
  ledger: Ledger,
  seen: Standing,
): { standing: Standing; kinds: ErrorKind[]; unread?: FalEditError } {
  try {
    const standing = standingOf(ledger);
    const { failed, moderated } = standing.states;
    return { standing, kinds: failed + moderated > 0 ? (endedKinds(ledger.db) as ErrorKind[]) : [] };
  } catch (error) {
    return { standing: seen, kinds: [], unread: asFalEditError(error, chargedSoFar()) };
  }
}

/** Where the ledger's file is gone, what it knows of paid edits is said aloud, so that none of them is lost. */
function nameIfGone(ledger: Ledger, terminal: Terminal): void {
  try {
    if (!ledger.db.isInPlace()) nameAccepted(ledger, terminal);
  } catch {
    // It cannot be read any more, which is said already.
  }
}

function nameAccepted(ledger: Ledger, terminal: Terminal): void {
  for (const { job } of rowsInOrder(ledger)) {
    if (job?.requestId === undefined) continue;
    terminal.note(
      job.state === 'saved'
        ? `fal took request ${job.requestId}; its picture is saved.`
        : `fal took request ${job.requestId}. Fetch it: fal-edit wait ${job.requestId} --model ${job.model}`,
    );
  }
}
