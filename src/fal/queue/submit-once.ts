/*
 * INVARIANT: through one SubmitOnce, fal accepts at most one edit; nothing is sent before the intent is on the disk,
 * and the acceptance is not reported before the request id is.
 *
 * A submit is paid, fal has no idempotency key (fal-api.md 2.8), and @fal-ai/client sends it up to four times if its
 * answer is lost (section 10). So the client only sees a clean acceptance or an error that it does not repeat, and only
 * this code decides to send again: where the request provably was not sent (a NotSentError: there was no connection
 * yet), or where fal said with a 429 that it did not accept it. Anything not proven counts as sent; an error code
 * proves nothing.
 */
import { UnreachableError } from '../../errors/failures.js';
import { FalEditError, type Charged } from '../../errors/error.js';
import type { FetchResponse } from '../../light-fetch.js';
import { NotSentError } from '../../sockets.js';
import { asRecord, readAnswer, type Answer } from '../answer.js';
import { backoffMs, type Timing } from '../repeat.js';
import { isRequestId } from './routes.js';
import { rejectionError, type RejectionContext } from '../rejection.js';
import { describeTrouble, isLasting, reachHint, retryAfterMs } from '../trouble.js';

/** State of the submit. "unsent" covers everything that was refused before fal took it. */
export type SubmitState = 'unsent' | 'sending' | 'accepted' | 'rejected' | 'unknown';

/** Attempts for a submit that was not sent or not accepted. With the waits between them: about four seconds. */
const TRIES = 5;

/** Records the submit. When a call resolves, its record is on the disk. */
export interface SubmitJournal {
  /** Called once, before the first byte goes out. An error stops the submit. */
  intend: () => Promise<void>;
  /** Called before it is sent again because it was not accepted; a search of fal's history goes by this time. */
  intendAgain: () => void;
  /** Called with the acceptance, before anything else sees it. Does not throw: the edit is paid for. */
  accepted: (requestId: string) => Promise<void>;
  /** Hint on how to find out the outcome of an unknown submit. */
  recovery: string;
  /** The edit is on the sandbox, where nothing is charged. */
  sandbox: boolean;
}

export interface SubmitOptions extends Pick<RejectionContext, 'nameField'> {
  timing: Timing;
  /** The deadline and Ctrl-C. */
  signal: AbortSignal;
  /** Without a journal nothing may be submitted: the session only reads. */
  journal?: SubmitJournal | undefined;
}

/** Number of submits of this process that fal has accepted or may have accepted. */
let sent = 0;

/** Whether this process may have caused charges so far. For a single edit, see its own {@link SubmitOnce}. */
export function chargedSoFar(): Charged {
  return sent === 0 ? 'no' : 'maybe';
}

export class SubmitOnce {
  private known: SubmitState = 'unsent';
  private begun = false;

  constructor(private readonly options: SubmitOptions) {}

  get state(): SubmitState {
    return this.known;
  }

  private set state(state: SubmitState) {
    const before = this.charged;
    this.known = state;
    sent += Number(this.charged !== 'no') - Number(before !== 'no');
  }

  /** Whether the edit is charged if it ends now. */
  get charged(): Charged {
    return this.state === 'accepted'
      ? 'yes'
      : this.state === 'unknown' || this.state === 'sending'
        ? 'maybe'
        : 'no';
  }

  /**
   * Sends the submit, and returns fal's acceptance, read whole.
   *
   * @throws FalEditError: temporary (not sent), unknown, or fal's refusal. Never with a `cause`.
   */
  async send(post: (signal: AbortSignal) => Promise<FetchResponse>): Promise<Answer> {
    const { journal } = this.options;
    if (this.state !== 'unsent' || this.begun || journal === undefined) {
      throw new FalEditError('internal', 'A submit that nobody asked for was stopped before it was sent.', {
        charged: this.charged,
      });
    }
    this.begun = true;
    this.options.signal.throwIfAborted();
    await journal.intend();
    for (let attempt = 0; ; attempt++) {
      if (attempt > 0) journal.intendAgain();
      const retry = await this.try(post, attempt + 1 >= TRIES);
      if ('answer' in retry) return retry.answer;
      await this.options.timing.sleep(
        retry.afterMs ?? backoffMs(attempt, this.options.timing.random),
        this.options.signal,
      );
    }
  }

  private async try(
    post: (signal: AbortSignal) => Promise<FetchResponse>,
    last: boolean,
  ): Promise<{ answer: Answer } | { afterMs: number | undefined }> {
    const { signal, timing, nameField } = this.options;
    signal.throwIfAborted();
    this.state = 'sending';
    let answer: Answer;
    try {
      answer = await readAnswer(await post(signal));
    } catch (error) {
      if (!(error instanceof NotSentError)) return this.unknown(error);
      this.state = 'unsent';
      signal.throwIfAborted();
      if (!last && !isLasting(error)) return { afterMs: undefined };
      throw notSentError(error);
    }
    const requestId = acceptedId(answer);
    if (requestId !== undefined) {
      this.state = 'accepted';
      await this.options.journal?.accepted(requestId);
      return { answer };
    }
    if (answer.status === 429) {
      this.state = 'unsent';
      if (!last) return { afterMs: retryAfterMs(answer.headers, timing.now()) };
    }
    // Only a plain refusal proves that nothing was accepted: a gateway's 5xx may come after the acceptance.
    const refused =
      answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 499;
    if (!refused) return this.unknown(answer, oddIdOf(answer));
    this.state = 'rejected';
    throw rejectionError(answer, { stage: 'submit', nameField });
  }

  /** @param oddId fal's request id, escaped, if it cannot be a valid one */
  private unknown(trouble: unknown, oddId?: string): never {
    this.state = 'unknown';
    const { signal } = this.options;
    const why = signal.aborted ? 'it was cut short before an answer came' : describeTrouble(trouble);
    const odd = oddId === undefined ? '' : `, and its request id cannot be used: ${oddId}`;
    const { journal } = this.options;
    const bill = journal?.sandbox === true ? '' : ' and may be charged';
    throw new FalEditError('unknown', `The edit may have been sent${bill}: ${why}${odd}.`, {
      charged: 'maybe',
      hint: `It was not sent again. ${journal?.recovery ?? ''}`.trim(),
      ...(oddId === undefined ? {} : { details: { unusable_request_id: oddId } }),
      origin: trouble,
    });
  }
}

/** fal's id for an edit that it accepted; undefined if the answer is not an acceptance. */
function acceptedId({ status, json }: Answer): string | undefined {
  const id = asRecord(json)?.['request_id'];
  return status >= 200 && status < 300 && isRequestId(id) ? id : undefined;
}

/** An invalid request id, as one line of printable ASCII: it may be the only thing to ask fal about. */
function oddIdOf({ json }: Answer): string | undefined {
  const id = asRecord(json)?.['request_id'];
  if (typeof id !== 'string' || id === '') return undefined;
  const short = JSON.stringify(id.length > 200 ? `${id.slice(0, 200)}…` : id);
  return short.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Error for when fal could not be reached at all: nothing was sent, nothing can be charged. */
export function notSentError(error: unknown): FalEditError {
  return new UnreachableError(
    `fal cannot be reached: ${describeTrouble(error)}. Nothing was sent.`,
    error instanceof NotSentError ? error.phase : undefined,
    { hint: reachHint(error), origin: error },
  );
}
