import type { NextSteps } from '../../edit/next-steps.js';
import { stopAtFal, type StopOutcome } from '../../edit/stop-at-fal.js';
import { asFalEditError, FalEditError, inputError } from '../../errors/error.js';
import type { ExitCode } from '../../exit-codes.js';
import type { Job } from '../../ledger/job.js';
import { isAbandoned } from '../../ledger/lookup.js';
import { SANDBOX } from '../../ledger/spending.js';
import type { EditEnv } from '../../edit/env.js';
import { otherBackendError, otherRouteText } from '../../fal/route.js';
import { goneError } from '../../fal/unreachable.js';
import { errorText } from '../../terminal/error-text.js';
import { errorObject } from '../edit/document.js';
import { endWithSandbox } from '../../ledger/sandbox-jobs.js';
import { nextStepsFor, withBatch } from '../earlier/batch-folders.js';
import { endedError, sandboxEndedError } from '../earlier/ended-job.js';
import { isPlayed, nameOf, stateOf } from '../earlier/job-state.js';
import { withLedger, type LedgerCommand } from '../earlier/ledger-command.js';
import { findAllNamed, type Named } from '../earlier/named-request.js';
import { reachWhenNeeded } from '../earlier/reach-fal.js';
import { exitCodeOf, severalHead } from '../earlier/several.js';
import type { CallOf } from '../command.js';
import type { CANCEL } from './command.js';

/** Outcome of one cancel. */
interface Cancelled {
  job: Job | undefined;
  requestId: string | undefined;
  /** Undefined if unknown. */
  outcome: StopOutcome | undefined;
  error: FalEditError | undefined;
  /** The edit is on the sandbox, which charges nothing. */
  sandbox: boolean;
}

/** `fal-edit cancel`: asks fal to cancel. An edit counts as cancelled only if fal has confirmed it. */
export function runCancel(call: CallOf<typeof CANCEL>): Promise<ExitCode> {
  return withLedger(call, async (command) => {
    const { terminal, json } = command;
    const reach = reachWhenNeeded(command);
    const all: Cancelled[] = [];
    // Edits of one batch are cancelled one by one, since its folder is locked.
    const groups = new Map<string | undefined, Named[]>();
    for (const named of await findAllNamed(command.words, command)) {
      const folder = named.batch?.folder;
      groups.set(folder, [...(groups.get(folder) ?? []), named]);
    }
    for (const [folder, group] of groups) all.push(...(await cancelGroup(folder, group, reach, command)));
    for (const one of all) {
      if (one.error !== undefined) terminal.error(errorText(one.error, terminal, one.sandbox));
      else terminal.note(doneLine(one));
    }
    if (json) {
      terminal.json({ ...severalHead(all), requests: all.map((one) => documentOf(one, command)) });
    }
    return exitCodeOf(all.map(({ error }) => error));
  });
}

async function cancelGroup(
  folder: string | undefined,
  group: readonly Named[],
  reach: () => EditEnv,
  command: LedgerCommand,
): Promise<Cancelled[]> {
  const cancelAll = (ledger: LedgerCommand['ledger']): Promise<Cancelled[]> =>
    Promise.all(group.map((named) => cancelOne(named, reach, { ...command, ledger })));
  if (folder === undefined) return cancelAll(command.ledger);
  try {
    return await withBatch(folder, command, cancelAll);
  } catch (thrown) {
    const error = asFalEditError(thrown);
    return group.map(({ job }) => ({
      ...{ job, requestId: job?.requestId, outcome: undefined, error },
      sandbox: isPlayed(job, command.terminal),
    }));
  }
}

async function cancelOne(named: Named, reach: () => EditEnv, command: LedgerCommand): Promise<Cancelled> {
  const { job } = named;
  const requestId = job === undefined ? named.unlisted.requestId : job.requestId;
  const sandbox = isPlayed(job, command.terminal);
  const nextSteps = nextStepsFor(named.batch, command.context.cwd);
  const fresh = (): Job | undefined => (job === undefined ? undefined : command.ledger.mustFind(job.id));
  try {
    const known = job === undefined ? undefined : withoutFal(job, nextSteps, command);
    const outcome = known ?? (await askFal(named, requestId ?? '', reach(), command));
    return {
      job: fresh(),
      requestId,
      outcome,
      error: errorOf(outcome, requestId ?? '', nextSteps, sandbox),
      sandbox,
    };
  } catch (error) {
    return { job: fresh(), requestId, outcome: undefined, error: asFalEditError(error), sandbox };
  }
}

/** Outcome according to the ledger; undefined if fal has to be asked. */
function withoutFal(job: Job, nextSteps: NextSteps, { ledger }: LedgerCommand): StopOutcome | undefined {
  const { state, charged } = job;
  if (state === 'cancelled') return { stopped: 'cancelled', charged };
  if (state === 'saved' || state === 'completed') return { stopped: 'completed', charged: 'yes' };
  if (job.via === SANDBOX) {
    endWithSandbox(ledger, job);
    throw sandboxEndedError(job);
  }
  if (state === 'accepted') return undefined;
  if (state === 'rejected' || state === 'failed' || state === 'moderated') {
    throw new FalEditError('failed', `${nameOf(job)} has already ended (${state}); nothing to cancel.`, {
      charged: job.charged,
      details: { job: job.id, state },
    });
  }
  const { owner, id } = job;
  if (state === 'planned' && owner !== undefined && !isAbandoned(ledger, job)) {
    throw inputError(
      `${id} has not been sent yet: process ${owner.pid} is about to send it. Stop that process.`,
    );
  }
  throw endedError(ledger, job, nextSteps);
}

async function askFal(
  { job, unlisted }: Named,
  requestId: string,
  env: EditEnv,
  { ledger, terminal }: LedgerCommand,
): Promise<StopOutcome> {
  const refusal = job === undefined ? undefined : otherBackendError(job, env.route);
  if (refusal !== undefined) throw refusal;
  const other = job === undefined ? undefined : otherRouteText(job, env.route);
  if (other !== undefined) terminal.warn(other);
  const outcome = await stopAtFal(
    {
      model: { endpoint: job === undefined ? unlisted.model.endpoint : job.endpoint },
      record: { requestId },
      journal: {
        cancelRequested: () => {
          if (job !== undefined) ledger.cancelRequested(job.id);
        },
      },
      env,
    },
    { evenRunning: true },
  );
  if (job !== undefined && outcome.stopped === 'cancelled') {
    const error = { kind: 'failed', message: 'It was cancelled with fal-edit cancel.' } as const;
    ledger.end(job.id, { state: 'cancelled', charged: outcome.charged, error });
  }
  return outcome;
}

function errorOf(
  { stopped }: StopOutcome,
  requestId: string,
  nextSteps: NextSteps,
  sandbox: boolean,
): FalEditError | undefined {
  const details = { request_id: requestId, cancel: stopped };
  switch (stopped) {
    case 'cancelled':
    case 'requested':
      return undefined;
    case 'completed':
      return new FalEditError(
        'failed',
        `Too late to cancel: request ${requestId} is done${sandbox ? '' : ' and charged'}.`,
        { charged: 'yes', hint: nextSteps.fetch(requestId), details },
      );
    case 'not-found':
      return goneError(requestId, 404);
    case 'running':
    case 'unreachable':
      return new FalEditError('temporary', `Could not ask fal to cancel request ${requestId}.`, {
        charged: 'maybe',
        hint: sandbox ? 'Try again.' : 'It may finish and be charged. Try again.',
        details,
      });
  }
}

function doneLine({ requestId, job, outcome, sandbox }: Cancelled): string {
  const name = requestId ?? job?.id ?? '';
  if (outcome?.stopped === 'cancelled') {
    const isFree = sandbox || outcome.charged === 'no';
    return `${name} is cancelled: ${isFree ? 'nothing is charged' : 'it had started, and fal may charge for it'}.`;
  }
  return `Asked fal to cancel ${name}; not confirmed yet. It may still finish${sandbox ? '' : ' and be charged'}. Check: fal-edit status ${name}`;
}

function documentOf(
  { job, requestId, outcome, error, sandbox }: Cancelled,
  { ledger }: LedgerCommand,
): unknown {
  return {
    job: job?.id ?? null,
    request_id: requestId ?? null,
    state: job === undefined ? null : stateOf(ledger, job),
    cancel: outcome?.stopped ?? null,
    sandbox,
    charged: sandbox ? 'no' : (outcome?.charged ?? error?.charged ?? 'maybe'),
    ...(error === undefined ? {} : { error: errorObject(error, sandbox) }),
  };
}
