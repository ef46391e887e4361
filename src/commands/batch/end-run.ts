import { endingOf, withStates } from '../../batch/run/ending.js';
import { standingOf, summaryOf, type RunFigures, type Standing } from '../../batch/run/summary.js';
import { asFalEditError, type FalEditError } from '../../errors/error.js';
import type { ErrorKind, ExitCode } from '../../exit-codes.js';
import { chargedSoFar } from '../../fal/queue/submit-once.js';
import { endedKinds, rowsInOrder } from '../../ledger/batch/states.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Terminal } from '../../terminal/terminal.js';
import { FailedBatch, knowing } from './fail-batch.js';
import { finishBatch, type Outcome } from './finish.js';
import type { BatchOptions } from './options.js';
import type { Surroundings } from './surroundings.js';

/** A run that has ended, successfully or not. */
export interface EndedRun {
  ledger: Ledger;
  /** Absolute. */
  folder: string;
  /** Row states that the run itself has seen. */
  seen: Standing;
  /** Error that ended the run early, and whether rows may have been sent by then. */
  broken: { error: FalEditError; isSending: boolean } | undefined;
  figures: Omit<RunFigures, 'finishedAt' | 'ending'>;
  outcome: Outcome;
}

/** Hint for --collect, which sends nothing. */
const COLLECT_AGAIN =
  'Run the same command again to fetch what fal still has. --collect sends nothing: to send the other rows, run the batch itself.';
const GO_ON = 'Run the same command again to continue; nothing is paid for twice.';

/**
 * Reports how a run ended, and writes its files.
 *
 * @throws FailedBatch when the ledger can no longer be read, with the row states that the run has seen
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
  // It may contain texts from fal, and goes to several files.
  const summary = context.secrets.redactIn(
    summaryOf(standing, { ...figures, stopped, ending, finishedAt: context.now() }),
  );
  const facts = { ...summary, out_dir: folder };
  if (unread !== undefined) throw new FailedBatch(ending ?? unread, facts);
  const finished = { ledger, folder, summary, ending, options, context, terminal, json };
  return knowing({ facts }, () => finishBatch(finished, outcome));
}

/** From the ledger, or from the run itself when the ledger can no longer be read. */
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

/** If the file of the ledger is gone, prints the request ids it knew, so that no paid edit is lost. */
function nameIfGone(ledger: Ledger, terminal: Terminal): void {
  try {
    if (!ledger.db.isStillOurs()) nameAccepted(ledger, terminal);
  } catch {
    // It can no longer be read, which has already been reported.
  }
}

function nameAccepted(ledger: Ledger, terminal: Terminal): void {
  for (const { job } of rowsInOrder(ledger)) {
    if (job?.requestId === undefined) continue;
    terminal.note(
      job.state === 'saved'
        ? `fal accepted request ${job.requestId}; its picture is saved.`
        : `fal accepted request ${job.requestId}. Fetch it: fal-edit wait ${job.requestId} --model ${job.model}`,
    );
  }
}
