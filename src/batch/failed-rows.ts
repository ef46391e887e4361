import pLimit from 'p-limit';
import type { Context } from '../context.js';
import { answerAtFal } from '../edit/answer-at-fal.js';
import { statusAt, type AskOptions } from '../edit/ask-fal.js';
import { withTimeout } from '../edit/with-timeout.js';
import { asFalEditError, type FalEditError } from '../errors.js';
import { accountOf, type Connection } from '../fal/connection.js';
import { withTimeLimit } from '../fal/time-limit.js';
import { saysGone } from '../fal/unreachable.js';
import { rowsInOrder } from '../ledger/batch/states.js';
import type { Job } from '../ledger/job.js';
import type { Ledger } from '../ledger/ledger.js';
import { isSandbox } from '../ledger/spending.js';
import { MOST_PICTURES } from '../models/output.js';
import { findModel } from '../models/registry.js';
import { isToAsk } from './retry.js';

export interface FailedOptions {
  ledger: Ledger;
  connection: Connection;
  context: Context;
  via: string;
  /** For each row, in milliseconds. */
  timeoutMs: number;
  trace?: ((line: string) => void) | undefined;
}

/** What fal says of rows that had been given up. */
export interface FailedOutcome {
  /** fal has them, or makes them: they are waited for now. */
  found: number;
  /** fal does not know them any more: what they cost cannot be found out. */
  gone: number;
  /** Keys of the rows that fal could not be asked about. */
  held: Set<string>;
  /** Why not, of one of them. */
  why: string | undefined;
}

const AT_ONCE = 8;
/** A result that does not come within this is waited for later, with the other rows that fal has. In milliseconds. */
const RESULT_MS = 20_000;

type Answer =
  | { says: 'has it' }
  | { says: 'gone' }
  /** It ended there without a picture; no error: of which the ledger knows all there is. */
  | { says: 'failed'; error?: FalEditError }
  | { says: 'nothing'; why: string };

/**
 * Asks fal about rows that failed and may be paid for all the same. Pays nothing, and fetches nothing; afterwards the
 * ledger knows what fal knows.
 *
 * @throws FalEditError (interrupted), or what the ledger fails with
 */
export async function askAboutFailed(options: FailedOptions): Promise<FailedOutcome> {
  const { ledger, context } = options;
  const limit = pLimit(AT_ONCE);
  const outcome: FailedOutcome = { found: 0, gone: 0, held: new Set(), why: undefined };
  const asked = [...rowsInOrder(ledger, ['failed'])].filter(isToAsk).map(({ key, job }) =>
    limit(async () => {
      if (job === undefined) return;
      const answer = await answerOf(job, options);
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
  await Promise.all(asked);
  return outcome;
}

function endingOf(error: FalEditError): Parameters<Ledger['end']>[1] {
  const { kind, message, charged, details } = error;
  const retryable = details?.['retryable'] ?? (Number(details?.['http_status']) >= 500 || undefined);
  return {
    state: details?.['http_status'] === 499 ? 'cancelled' : kind === 'moderated' ? 'moderated' : 'failed',
    charged,
    error: { kind, message, ...(typeof retryable === 'boolean' ? { retryable } : {}) },
  };
}

/** Another account's requests, and those that went another way, may be unknown here and yet be there. */
function isElsewhere(job: Job, { via, connection }: FailedOptions): boolean {
  const account = accountOf(connection);
  return job.via !== via || (job.account !== undefined && account !== undefined && job.account !== account);
}

async function answerOf(job: Job, options: FailedOptions): Promise<Answer> {
  const { context, timeoutMs, connection, via, trace } = options;
  if (isSandbox(job.via) !== isSandbox(via))
    return {
      says: 'nothing',
      why: isSandbox(via) ? 'They were sent to fal, not to a sandbox.' : 'They were sent to a sandbox.',
    };
  try {
    return await withTimeout(timeoutMs, context, (signal) =>
      ask(job, { connection, context, signal, trace }),
    );
  } catch (error) {
    const failure = asFalEditError(error);
    if (!saysGone(failure)) return { says: 'nothing', why: failure.message };
    if (!isElsewhere(job, options)) return { says: 'gone' };
    return { says: 'nothing', why: 'They were sent through another proxy or with another key.' };
  }
}

/** @throws FalEditError: it cannot be asked, or fal knows nothing of it */
async function ask({ endpoint, requestId = '' }: Job, options: AskOptions): Promise<Answer> {
  const at = { endpoint, requestId };
  const status = await statusAt(at, options).catch((error: unknown) => {
    if (saysGone(error)) return undefined;
    throw error;
  });
  if (status !== undefined && status.status !== 'COMPLETED') return { says: 'has it' };
  try {
    const data = await withTimeLimit(RESULT_MS, options.signal, (signal) =>
      answerAtFal(at, { ...options, signal }),
    );
    const pictures = findModel(endpoint).fromOutput(data)?.images.length ?? 0;
    return pictures > 0 && pictures <= MOST_PICTURES ? { says: 'has it' } : { says: 'failed' };
  } catch (error) {
    options.signal.throwIfAborted();
    const failure = asFalEditError(error);
    if (saysGone(failure)) throw failure;
    if (failure.kind === 'failed' || failure.kind === 'moderated') return { says: 'failed', error: failure };
    if (status?.failed === false) return { says: 'has it' };
    throw failure;
  }
}
