import { answerAtFal } from '../../edit/answer-at-fal.js';
import { withTimeout } from '../../edit/with-timeout.js';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { SANDBOX } from '../../ledger/spending.js';
import { plainJson } from '../../plain-json.js';
import { readTimeout } from '../limits.js';
import { nextStepsFor } from '../earlier/batch-folders.js';
import { endedError, sandboxEndedError } from '../earlier/ended-job.js';
import { traceTo, withLedger, type LedgerCommand } from '../earlier/ledger-command.js';
import { findOneNamed, type Named } from '../earlier/named-request.js';
import { otherBackendError, otherWay, reachFal } from '../earlier/reach-fal.js';
import type { CallOf } from '../command.js';
import type { RESULT } from './command.js';

/** `fal-edit result`: fal's answer as JSON on stdout, and nothing else. */
export function runResult(call: CallOf<typeof RESULT>): Promise<ExitCode> {
  return withLedger(call, async (command) => {
    const answer = await answerOf(await findOneNamed(command.words, command), command);
    const { terminal } = command;
    terminal.result(plainJson(answer, 2));
    return EXIT_OK;
  });
}

async function answerOf({ job, foreign, batch }: Named, command: LedgerCommand): Promise<unknown> {
  if (job?.result !== undefined) return job.result;
  const nextSteps = nextStepsFor(batch, command.context.cwd);
  const requestId = job === undefined ? foreign.requestId : job.requestId;
  if (job !== undefined && requestId === undefined) throw endedError(command.ledger, job, nextSteps);
  if (job?.via === SANDBOX) throw sandboxEndedError(job);
  const { connection, via } = reachFal(command);
  const { context, terminal, settings } = command;
  const refusal = job === undefined ? undefined : otherBackendError(job, via);
  if (refusal !== undefined) throw refusal;
  const other = job === undefined ? undefined : otherWay(job, via);
  if (other !== undefined) terminal.warn(other);
  const endpoint = job === undefined ? foreign.model.endpoint : job.endpoint;
  const trace = traceTo(terminal);
  return withTimeout(readTimeout(settings), context, (signal) =>
    answerAtFal({ endpoint, requestId: requestId ?? '' }, { connection, context, signal, trace }, nextSteps),
  );
}
