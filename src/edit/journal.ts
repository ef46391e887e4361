import { FalEditError, messageOf, type Charged } from '../errors/error.js';
import type { SubmitState } from '../fal/queue/submit-once.js';
import { isCancelled, isRetryable, LedgerError } from '../errors/failures.js';
import type { Durability } from '../ledger/commit-group.js';
import { GIVEN_UP, type Job, type JobImage, type JobState, type UploadedFile } from '../ledger/job.js';
import type { Completion, Ledger } from '../ledger/ledger.js';
import type { OnEvent } from './events.js';
import { SINGLE_EDIT, type NextSteps } from './next-steps.js';
import type { EditRecord } from './record.js';

/**
 * Writes the life of one edit into the ledger as it goes on.
 *
 * Up to the intent a ledger that fails stops the edit: nothing was sent. From the acceptance on it does not,
 * since the edit is paid for and its pictures are worth more than their entry; that it fell behind is reported
 * at once, and is how the run ends, unless the ledger takes it all later on.
 */
export class Journal {
  /** The error that kept events out of the ledger; undefined where the ledger is complete. */
  fellBehind: unknown;
  state: JobState;
  /** fal's; undefined until the edit is accepted. */
  requestId: string | undefined;
  /**
   * Writes that the ledger did not take, in order. They can be repeated: each write says where the job is, not
   * how far it goes.
   */
  private readonly missed: (() => unknown)[] = [];

  constructor(
    private readonly ledger: Ledger,
    private readonly job: Pick<Job, 'id' | 'state' | 'requestId'>,
    private readonly onEvent: OnEvent,
    readonly nextSteps: NextSteps = SINGLE_EDIT,
    /** The time on fal's clock, if that is known. */
    private readonly falTime: () => number | undefined = () => undefined,
  ) {
    this.state = job.state;
    this.requestId = job.requestId;
  }

  get recovery(): string {
    return this.nextSteps.check(this.job.id);
  }

  get jobId(): string {
    return this.job.id;
  }

  /** The request's name in file names: fal's id, without a secret that it should never contain. */
  get requestName(): string {
    return this.ledger.db.secrets.redact(this.requestId ?? '');
  }

  /** Before the submit is sent. @throws FalEditError: it must not be, then */
  async intend(input: Record<string, unknown>, uploads: readonly UploadedFile[]): Promise<void> {
    await this.ledger.write('at once', () => this.ledger.intend(this.job.id, input, uploads, this.falTime()));
    this.state = 'intent';
  }

  intendAgain(): void {
    this.ledger.intendAgain(this.job.id, this.falTime());
  }

  async accepted(requestId: string): Promise<void> {
    this.requestId = requestId;
    this.state = 'accepted';
    await this.inTurn('at once', () => this.ledger.accept(this.job.id, requestId));
  }

  /** Resolves with where the pictures are to go; the ledger's word counts where another command was quicker. */
  async completed(completion: Completion): Promise<readonly (string | undefined)[]> {
    this.state = 'completed';
    // Chosen once: when the ledger is told again, the picture itself may have the name.
    let chosen: readonly (string | undefined)[] | undefined;
    const targets: Completion['targets'] = (isPromised) => (chosen ??= completion.targets(isPromised));
    let known: readonly (string | undefined)[] | undefined;
    await this.inTurn('soon', () => {
      known = this.ledger.complete(this.job.id, { ...completion, targets });
    });
    return known ?? targets(() => false);
  }

  /** Another name for a picture whose name was taken meanwhile. */
  retarget(index: number, from: string, to: string): string {
    return this.safely(() => this.ledger.retarget(this.job.id, index, from, to)) ?? to;
  }

  async savedImage(image: Omit<JobImage, 'target'>): Promise<void> {
    await this.inTurn('soon', () => this.ledger.saveImage(this.job.id, image));
  }

  /** Everything requested is done. */
  finished(): void {
    this.state = 'saved';
    this.safely(() => this.ledger.finish(this.job.id));
  }

  /** It runs without us, on purpose. */
  left(): void {
    this.safely(() => this.ledger.release(this.job.id));
  }

  cancelRequested(): void {
    this.safely(() => this.ledger.cancelRequested(this.job.id));
  }

  /**
   * The edit did not succeed here. Where that is its end, the end is written down; else it is let go of, so that a
   * later command takes it up.
   */
  ended(error: unknown, submit: SubmitState): void {
    const { kind, charged, message } = asEnding(error);
    const retryable = isRetryable(error);
    const why = { kind, message, ...(retryable === undefined ? {} : { retryable }) };
    const falAt = this.falTime();
    const end = (state: Parameters<Ledger['end']>[1]['state'], as: Charged): void => {
      this.state = state;
      this.safely(() => this.ledger.end(this.job.id, { state, charged: as, error: why, falAt }));
    };
    if (this.state === 'planned' || this.state === 'intent') {
      if (submit === 'unknown' || submit === 'sending') end('unknown', 'maybe');
      else if (submit === 'rejected') end('rejected', 'no');
      // Where the ledger itself was the trouble, the same edit may be sent as soon as that works again.
      else end(kind === 'interrupted' || error instanceof LedgerError ? 'cancelled' : 'failed', 'no');
    } else if (GIVEN_UP.includes(this.state)) {
      // What fal says now counts; that it says nothing does not.
      const said = isCancelled(error) ? 'cancelled' : kind === 'moderated' ? 'moderated' : 'failed';
      const isSaid = charged !== 'maybe' && (said !== 'failed' || kind === 'failed');
      if (isSaid) {
        this.state = said;
        this.safely(() => this.ledger.endAnew(this.job.id, { state: said, charged, error: why }));
      } else this.safely(() => this.ledger.release(this.job.id));
    } else if (isCancelled(error)) end('cancelled', charged);
    else if (kind === 'moderated') end('moderated', charged);
    // What fails after the result is here fails on this machine: the picture can still be fetched.
    else if (kind === 'failed' && this.state === 'accepted') end('failed', charged);
    else this.safely(() => this.ledger.release(this.job.id));
  }

  /** First what the ledger did not take before: it is never told that an edit is saved, but not where. */
  private safely<T>(write: () => T): T | undefined {
    this.missed.push(write);
    return this.catchUp() as T | undefined;
  }

  /** As above, where others may write at the same moment. If the edit ends before, this is still written first. */
  private async inTurn(durability: Durability, write: () => void): Promise<void> {
    this.missed.push(write);
    let tried: readonly (() => unknown)[] = [];
    try {
      await this.ledger.write(durability, () => {
        tried = [...this.missed];
        this.catchUp();
      });
    } catch {
      // What the others had to write has failed, and with it what was written here.
      this.missed.unshift(...tried.filter((one) => !this.missed.includes(one)));
      this.catchUp();
    }
  }

  /** Writes everything that was missed. Returns the result of the last write; undefined where the ledger does not take it. */
  private catchUp(): unknown {
    try {
      let value: unknown;
      for (let next = this.missed[0]; next !== undefined; next = this.missed[0]) {
        value = next();
        this.missed.shift();
      }
      this.fellBehind = undefined;
      return value;
    } catch (error) {
      this.fellBehind ??= error;
      const { requestId } = this;
      if (requestId !== undefined) this.onEvent({ type: 'unrecorded', requestId, why: messageOf(error) });
      return undefined;
    }
  }
}

/** fal has accepted or even finished the edit, but the ledger could not record it. */
export function unrecordedError(journal: Journal, record: EditRecord, other: unknown): FalEditError {
  const why = messageOf(journal.fellBehind);
  const bill = record.sandbox ? '' : ' and is charged';
  const also = other === undefined ? '' : ` Also: ${messageOf(other)}`;
  return new FalEditError(
    'unknown',
    `Request ${record.requestId ?? ''} was accepted${bill}, but the ledger could not record all of it. ${why}${also}`,
    {
      charged: 'yes',
      hint: `Keep the request id, and fix the ledger. ${journal.nextSteps.check(journal.jobId)}`,
      details: { request_id: record.requestId, job: journal.jobId },
      origin: journal.fellBehind,
    },
  );
}

function asEnding(error: unknown): Pick<FalEditError, 'kind' | 'charged' | 'message'> {
  if (error instanceof FalEditError) return error;
  return { kind: 'internal', charged: 'maybe', message: messageOf(error) };
}
