import pLimit from 'p-limit';
import { answerAtFal, statusAt } from '../../edit/ask-fal.js';
import { readResult } from '../../edit/pictures/answered.js';
import { withTimeout, type EditEnv } from '../../edit/env.js';
import { asFalEditError, type FalEditError } from '../../errors/error.js';
import type { FalAccess } from '../../fal/connection.js';
import { differenceOf } from '../../fal/route.js';
import { withTimeLimit } from '../../deadline.js';
import { isCancelled, isRetryable } from '../../errors/failures.js';
import { saysGone } from '../../fal/unreachable.js';
import { rowsInOrder } from '../../ledger/batch/states.js';
import type { Job } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';
import { isSandbox } from '../../ledger/spending.js';
import { MOST_PICTURES } from '../../models/answer.js';
import { modelOfJob } from '../../models/registry.js';
import { isToAsk } from './retry.js';

/** Result of asking fal about rows that had been given up. */
export interface FailedOutcome {
  /** Number of rows that fal has or is still making, which are now waited for. */
  found: number;
  /** Number of rows that fal no longer knows, whose cost cannot be found out. */
  gone: number;
  /** Keys of rows that fal could not be asked about. */
  held: Set<string>;
  /** Reason for one of the rows in `held`. */
  why: string | undefined;
}

const AT_ONCE = 8;
/** Timeout for fetching a result, in milliseconds; after that the row is waited for later, like others at fal. */
const RESULT_MS = 20_000;

type Answer =
  | { says: 'has it' }
  | { says: 'gone' }
  /** It ended at fal without a picture; `error` is absent if the ledger already has the details. */
  | { says: 'failed'; error?: FalEditError }
  | { says: 'nothing'; why: string };

/**
 * Asks fal about failed rows that may have been paid for, and records its answers in the ledger. Costs nothing and
 * fetches no pictures.
 *
 * @param timeoutMs for each row, in milliseconds
 * @throws FalEditError (interrupted), or any error of the ledger
 */
export async function askAboutFailed(env: EditEnv, timeoutMs: number): Promise<FailedOutcome> {
  const { ledger, context } = env;
  const limit = pLimit(AT_ONCE);
  const outcome: FailedOutcome = { found: 0, gone: 0, held: new Set(), why: undefined };
  const questions = [...rowsInOrder(ledger, ['failed'])].filter(isToAsk).map(({ key, job }) =>
    limit(async () => {
      if (job === undefined) return;
      const answer = await answerOf(job, env, timeoutMs);
      context.signal.throwIfAborted();
      switch (answer.says) {
        case 'has it':
          outcome.found++;
          ledger.reopen(job.id);
          return;
        case 'gone':
          outcome.gone++;
          return;
        case 'failed':
          if (answer.error !== undefined) ledger.endAnew(job.id, endingOf(answer.error));
          return;
        case 'nothing':
          outcome.held.add(key);
          outcome.why ??= answer.why;
      }
    }),
  );
  await Promise.all(questions);
  return outcome;
}

function endingOf(error: FalEditError): Parameters<Ledger['end']>[1] {
  const { kind, message, charged } = error;
  const retryable = isRetryable(error);
  return {
    state: isCancelled(error) ? 'cancelled' : kind === 'moderated' ? 'moderated' : 'failed',
    charged,
    error: { kind, message, ...(retryable === undefined ? {} : { retryable }) },
  };
}

async function answerOf(job: Job, env: EditEnv, timeoutMs: number): Promise<Answer> {
  const difference = differenceOf(job, env.route);
  if (difference === 'backend') {
    const sentTo = isSandbox(job.via) ? 'a sandbox' : 'fal, not to a sandbox';
    return { says: 'nothing', why: `They were sent to ${sentTo}.` };
  }
  try {
    return await withTimeout(timeoutMs, env, (access) => ask(job, access));
  } catch (error) {
    const failure = asFalEditError(error);
    if (!saysGone(failure)) return { says: 'nothing', why: failure.message };
    if (difference === undefined) return { says: 'gone' };
    return { says: 'nothing', why: 'They were sent through another proxy or with another key.' };
  }
}

/** @throws FalEditError: fal cannot be asked, or does not know the request */
async function ask(job: Job, access: FalAccess): Promise<Answer> {
  const { endpoint, requestId = '', input } = job;
  const at = { endpoint, requestId };
  const status = await statusAt(at, access).catch((error: unknown) => {
    if (saysGone(error)) return undefined;
    throw error;
  });
  if (status !== undefined && status.status !== 'COMPLETED') return { says: 'has it' };
  try {
    const data = await withTimeLimit(RESULT_MS, access.signal, (signal) =>
      answerAtFal(at, { ...access, signal }),
    );
    const pictures = readResult(modelOfJob(job), data, input)?.images.length ?? 0;
    return pictures > 0 && pictures <= MOST_PICTURES ? { says: 'has it' } : { says: 'failed' };
  } catch (error) {
    access.signal.throwIfAborted();
    const failure = asFalEditError(error);
    if (saysGone(failure)) throw failure;
    if (failure.kind === 'failed' || failure.kind === 'moderated') return { says: 'failed', error: failure };
    if (status?.failed === false) return { says: 'has it' };
    throw failure;
  }
}
