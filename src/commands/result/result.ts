import { answerAtFal } from '../../edit/ask-fal.js';
import { withTimeout } from '../../edit/env.js';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { otherBackendError, otherRouteText } from '../../fal/route.js';
import { SANDBOX } from '../../ledger/spending.js';
import { plainJson } from '../../plain-json.js';
import { readTimeout } from '../limits.js';
import { nextStepsFor } from '../earlier/batch-folders.js';
import { endedError, sandboxEndedError } from '../earlier/ended-job.js';
import { withLedger, type LedgerCommand } from '../earlier/ledger-command.js';
import { findOneNamed, type Named } from '../earlier/named-request.js';
import { reachFal } from '../earlier/reach-fal.js';
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

async function answerOf({ job, unlisted, batch }: Named, command: LedgerCommand): Promise<unknown> {
  if (job?.result !== undefined) return job.result;
  const nextSteps = nextStepsFor(batch, command.context.cwd);
  const requestId = job === undefined ? unlisted.requestId : job.requestId;
  if (job !== undefined && requestId === undefined) throw endedError(command.ledger, job, nextSteps);
  if (job?.via === SANDBOX) throw sandboxEndedError(job);
  const env = reachFal(command);
  const { terminal, settings } = command;
  const refusal = job === undefined ? undefined : otherBackendError(job, env.route);
  if (refusal !== undefined) throw refusal;
  const other = job === undefined ? undefined : otherRouteText(job, env.route);
  if (other !== undefined) terminal.warn(other);
  const endpoint = job === undefined ? unlisted.model.endpoint : job.endpoint;
  return withTimeout(readTimeout(settings), env, (access) =>
    answerAtFal({ endpoint, requestId: requestId ?? '' }, access, nextSteps),
  );
}
