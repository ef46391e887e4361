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
 * Records the progress of one edit in the ledger.
 *
 * Until the intent is recorded, a failing ledger stops the edit: nothing was sent. After the acceptance it does not,
 * since the edit is paid for and its pictures are worth more than their entry. The failure is reported at once, and the
 * run ends with it unless the ledger catches up later.
 */
export class Journal {
  /** The error that kept events out of the ledger; undefined where the ledger is complete. */
  fellBehind: unknown;
  state: JobState;
  /** fal's request id; undefined until the edit is accepted. */
  requestId: string | undefined;
  /**
   * Writes that failed, in order. They can be repeated: each one sets the job's state, without depending on the
   * previous state.
   */
  private readonly missed: (() => unknown)[] = [];

  constructor(
    private readonly ledger: Ledger,
    private readonly job: Pick<Job, 'id' | 'state' | 'requestId'>,
    private readonly onEvent: OnEvent,
    readonly nextSteps: NextSteps = SINGLE_EDIT,
    /** The time on fal's clock, if known. */
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

  /** The request's name in file names: fal's id, redacted in case it contains a secret. */
  get requestName(): string {
    return this.ledger.db.secrets.redact(this.requestId ?? '');
  }

  /** Called before the submit is sent. @throws FalEditError: then it must not be sent */
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

  /** Returns where to save the pictures; if another command was faster, the ledger's paths apply. */
  async completed(completion: Completion): Promise<readonly (string | undefined)[]> {
    this.state = 'completed';
    // Chosen once: when the write is repeated, the picture itself may already have the name.
    let chosen: readonly (string | undefined)[] | undefined;
    const targets: Completion['targets'] = (isPromised) => (chosen ??= completion.targets(isPromised));
    let known: readonly (string | undefined)[] | undefined;
    await this.inTurn('soon', () => {
      known = this.ledger.complete(this.job.id, { ...completion, targets });
    });
    return known ?? targets(() => false);
  }

  /** Another name for a picture whose name has been taken meanwhile. */
  retarget(index: number, from: string, to: string): string {
    return this.safely(() => this.ledger.retarget(this.job.id, index, from, to)) ?? to;
  }

  /** Called before a file is written that differs from what fal returned. */
  async announceImage(index: number, sha256: string, receivedSha256: string): Promise<void> {
    await this.inTurn('soon', () => this.ledger.announceImage(this.job.id, index, sha256, receivedSha256));
  }

  /** A file beside the others will not be fetched. */
  async gaveUpImage(index: number): Promise<void> {
    await this.inTurn('soon', () => this.ledger.giveUpImage(this.job.id, index));
  }

  /** fal's answer has no picture: it is kept for the user to read. */
  answeredWithoutPicture(answer: Parameters<Ledger['keepAnswer']>[1]): void {
    this.safely(() => this.ledger.keepAnswer(this.job.id, answer));
  }

  /** There is no picture among the files that were saved. */
  endedWithoutPicture({ kind, message, charged }: FalEditError): void {
    this.state = 'failed';
    this.safely(() => this.ledger.endWithoutPicture(this.job.id, { charged, error: { kind, message } }));
  }

  async savedImage(image: Omit<JobImage, 'target'>): Promise<void> {
    await this.inTurn('soon', () => this.ledger.saveImage(this.job.id, image));
  }

  /** Everything requested is done. */
  finished(): void {
    this.state = 'saved';
    this.safely(() => this.ledger.finish(this.job.id));
  }

  /** It runs on without us, on purpose. */
  left(): void {
    this.safely(() => this.ledger.release(this.job.id));
  }

  cancelRequested(): void {
    this.safely(() => this.ledger.cancelRequested(this.job.id));
  }

  /** The edit did not succeed here. Records a final end; otherwise releases the edit, to be continued later. */
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
      // If the ledger itself failed, the same edit may be sent once the ledger works again.
      else end(kind === 'interrupted' || error instanceof LedgerError ? 'cancelled' : 'failed', 'no');
    } else if (GIVEN_UP.includes(this.state)) {
      // fal's latest statement counts; its silence does not.
      const said = isCancelled(error) ? 'cancelled' : kind === 'moderated' ? 'moderated' : 'failed';
      const isSaid = charged !== 'maybe' && (said !== 'failed' || kind === 'failed');
      if (isSaid) {
        this.state = said;
        this.safely(() => this.ledger.endAnew(this.job.id, { state: said, charged, error: why }));
      } else this.safely(() => this.ledger.release(this.job.id));
    } else if (isCancelled(error)) end('cancelled', charged);
    else if (kind === 'moderated') end('moderated', charged);
    // A failure after the result has arrived is one of this machine: the picture can still be fetched.
    else if (kind === 'failed' && this.state === 'accepted') end('failed', charged);
    else this.safely(() => this.ledger.release(this.job.id));
  }

  /** Repeats earlier failed writes first: an edit is never recorded as saved without its paths. */
  private safely<T>(write: () => T): T | undefined {
    this.missed.push(write);
    return this.catchUp() as T | undefined;
  }

  /** As above, where others may write at the same moment. Always written before the end of the edit. */
  private async inTurn(durability: Durability, write: () => void): Promise<void> {
    this.missed.push(write);
    let tried: readonly (() => unknown)[] = [];
    try {
      await this.ledger.write(durability, () => {
        tried = [...this.missed];
        this.catchUp();
      });
    } catch {
      // The other writes failed, and ours with them.
      this.missed.unshift(...tried.filter((one) => !this.missed.includes(one)));
      this.catchUp();
    }
  }

  /** Repeats all failed writes. Returns the result of the last one; undefined if the ledger fails again. */
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

/** Error for when fal has accepted or even finished the edit, but the ledger could not record it. */
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
