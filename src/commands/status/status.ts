import { statusAt } from '../../edit/ask-fal.js';
import { withTimeout } from '../../edit/env.js';
import { asFalEditError, type FalEditError } from '../../errors/error.js';
import type { ExitCode } from '../../exit-codes.js';
import type { QueueStatus } from '../../fal/answer.js';
import { otherBackendError, otherRouteText } from '../../fal/route.js';
import { saysGone } from '../../fal/unreachable.js';
import { SANDBOX } from '../../ledger/spending.js';
import { errorText } from '../../terminal/error-text.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { readTimeout } from '../limits.js';
import { errorObject } from '../edit/document.js';
import { ageCell, costCell, stateCell, whatCell } from '../earlier/job-cells.js';
import { batchDocument, batchText, nextStepsFor } from '../earlier/batch-folders.js';
import { jobDocument } from '../earlier/job-document.js';
import { isPlayed, nameOf, shortNameOf, stateOf } from '../earlier/job-state.js';
import { withLedger, type LedgerCommand } from '../earlier/ledger-command.js';
import { findAllNamed, type Named } from '../earlier/named-request.js';
import { reachFal } from '../earlier/reach-fal.js';
import { exitCodeOf, named, severalHead } from '../earlier/several.js';
import type { CallOf } from '../command.js';
import type { STATUS } from './command.js';

/** fal's answer about one request. */
interface Seen {
  request: Named;
  /** Undefined if fal was not asked or did not answer. */
  status: QueueStatus | undefined;
  error: FalEditError | undefined;
}

/** `fal-edit status`: shows the state in the ledger, and at fal if it may know more. Changes nothing. */
export function runStatus(call: CallOf<typeof STATUS>): Promise<ExitCode> {
  return withLedger(call, async (command) => {
    const { words, context, terminal, json } = command;
    const requests = await findAllNamed(words, command);
    const seen = await statusOfAll(requests, command);
    const ends = seen.map(({ request, error }) => ({ error, sandbox: isPlayed(request.job, terminal) }));
    for (const { request, error } of seen) {
      if (error === undefined) continue;
      const sandbox = isPlayed(request.job, terminal);
      terminal.error(errorText(named(fullName(request), error), terminal, sandbox));
    }
    if (json) {
      terminal.json({ ...severalHead(ends), requests: seen.map((one) => documentOf(one, command)) });
    } else {
      const lines = await tableLines(
        COLUMNS,
        seen.map((one) => cellsOf(one, command)),
        context.stdout,
      );
      for (const line of lines) terminal.result(line);
      for (const line of hints(seen, context.cwd)) terminal.note(line);
    }
    return exitCodeOf(seen.map(({ error }) => error));
  });
}

async function statusOfAll(requests: readonly Named[], command: LedgerCommand): Promise<Seen[]> {
  const { settings, terminal } = command;
  const atFal = requests.filter(isAtFal);
  if (atFal.length === 0)
    return requests.map((request) => ({ request, status: undefined, error: undefined }));
  const env = reachFal(command);
  const { route } = env;
  for (const { job } of atFal) {
    const other = job === undefined || otherBackendError(job, route) ? undefined : otherRouteText(job, route);
    if (other !== undefined) terminal.warn(other);
  }
  const timeoutMs = readTimeout(settings);
  return Promise.all(
    requests.map(async (request): Promise<Seen> => {
      if (!isAtFal(request)) return { request, status: undefined, error: undefined };
      const endpoint = request.job?.endpoint ?? request.unlisted?.model.endpoint ?? '';
      const requestId = fullName(request);
      const refusal = request.job === undefined ? undefined : otherBackendError(request.job, route);
      if (refusal !== undefined) return { request, status: undefined, error: refusal };
      try {
        const status = await withTimeout(timeoutMs, env, (access) =>
          statusAt({ endpoint, requestId }, access),
        );
        return { request, status, error: undefined };
      } catch (error) {
        return { request, status: undefined, error: asFalEditError(error) };
      }
    }),
  );
}

/** Whether fal can know more than the ledger. */
function isAtFal({ job }: Named): boolean {
  return job === undefined || (job.state === 'accepted' && job.via !== SANDBOX);
}

function fullName({ job, unlisted }: Named): string {
  return job === undefined ? unlisted.requestId : nameOf(job);
}

function documentOf({ request, status, error }: Seen, command: LedgerCommand): Record<string, unknown> {
  const { job, unlisted } = request;
  const { ledger, context, terminal } = command;
  const known =
    job === undefined
      ? { job: null, request_id: unlisted.requestId, state: null, endpoint: unlisted.model.endpoint }
      : jobDocument(job, stateOf(ledger, job), context.now(), context.cwd);
  return {
    ...known,
    batch: batchDocument(request.batch),
    fal:
      status === undefined ? null : { status: status.status, queue_position: status.queuePosition ?? null },
    ...(error === undefined ? {} : { look: errorObject(error, isPlayed(job, terminal)) }),
  };
}

const COLUMNS: readonly Column[] = [
  { title: 'REQUEST' },
  { title: 'STATE' },
  { title: 'AT FAL' },
  { title: 'AGE', right: true },
  { title: 'COST', right: true },
  { title: 'WHAT' },
];

function cellsOf({ request, status, error }: Seen, { ledger, context }: LedgerCommand): string[] {
  const { job } = request;
  const atFal =
    status === undefined ? (error === undefined ? '-' : saysGone(error) ? 'gone' : '?') : words(status);
  if (job === undefined) return [fullName(request), 'not in the ledger', atFal, '-', '?', ''];
  const name = context.stdout.isTTY === true ? shortNameOf : nameOf;
  return [
    name(job),
    stateCell(job, stateOf(ledger, job)),
    atFal,
    ageCell(job, context.now()),
    costCell(job),
    request.batch === undefined
      ? whatCell(job, context.cwd)
      : `${whatCell(job, context.cwd)} (${batchText(request.batch, context.cwd)})`,
  ];
}

function words({ status, queuePosition }: QueueStatus): string {
  if (status === 'COMPLETED') return 'done';
  if (status === 'IN_PROGRESS') return 'running';
  return queuePosition === undefined ? 'queued' : `queued, ${queuePosition} ahead`;
}

function hints(seen: readonly Seen[], cwd: string): string[] {
  return seen.flatMap(({ request, status }) => {
    const { job, batch } = request;
    const nextSteps = nextStepsFor(batch, cwd);
    if (status?.status === 'COMPLETED') return [`It is done at fal. ${nextSteps.fetch(fullName(request))}`];
    if (job?.state === 'unknown') return [nextSteps.check(job.id)];
    return job?.error === undefined ? [] : [`${nameOf(job)}: ${job.error.message}`];
  });
}
