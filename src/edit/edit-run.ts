/*
 * INVARIANT: each step is in the ledger before the next one begins: the intent before the submit
 * (fal/queue/submit-once.ts calls for it), the request id before fal is first asked for its status, fal's answer before
 * the download. So an edit that is cut short at any point can be found and finished.
 */
import { asFalEditError, withCharge, type Charged, type FalEditError } from '../errors/error.js';
import { proxiesOf } from '../fal/connection.js';
import { openSession, type FalSession } from '../fal/queue/session.js';
import type { SubmitJournal } from '../fal/queue/submit-once.js';
import { saysGone } from '../fal/unreachable.js';
import { uploadAll, type UploadCache } from '../fal/upload.js';
import type { Job, JobImage, OutputSpec } from '../ledger/job.js';
import { isPictureType } from '../images/result-file.js';
import { dropParts } from '../ledger/kept-inputs.js';
import { flagForField } from '../models/explain.js';
import { withValueAt } from '../models/fields.js';
import type { Model } from '../models/model.js';
import { MOST_PICTURES } from '../models/answer.js';
import { resultInHistory } from './ask-fal.js';
import type { Attachment } from './plan/attachments.js';
import { readResult, rememberedAnswer, type Answered } from './pictures/answered.js';
import { fetchPictures, type CollectOptions } from './pictures/collect.js';
import { Deadline } from '../deadline.js';
import { accessOf, type EditEnv } from './env.js';
import { usd } from './plan/estimate.js';
import { statusWatcher } from './events.js';
import { unrecordedError, type Journal } from './journal.js';
import type { NextSteps } from './next-steps.js';
import { blankedError, collectError, noPicturesError, tooManyPicturesError } from './outcomes.js';
import { keepInput } from './pictures/finish.js';
import type { Placing } from './pictures/placing.js';
import type { EditOutcome, EditRecord } from './record.js';
import { stoppedError, type StopOptions } from './stopping.js';

/** Options of every way to run or continue an edit. */
export interface RunOptions extends CollectOptions, StopOptions {
  /** Our own deadline, in milliseconds. */
  timeoutMs: number;
  /** Hints on how to continue the edit after this run; those for a single edit if absent. */
  nextSteps?: NextSteps | undefined;
}

/** Options of a submit. */
export interface Sending {
  attachments: readonly Attachment[];
  /** Cache of earlier uploads; if absent, everything is uploaded. */
  uploads?: UploadCache | undefined;
  /** Priority in fal's queue; normal if absent (fal-api.md 2.6). */
  priority?: 'normal' | 'low' | undefined;
  /** Submit and do not wait. */
  detach: boolean;
}

/** An edit at the start of its run: it is in the ledger, and this run has sent nothing yet. */
export interface EditStart extends Placing {
  model: Model;
  record: EditRecord;
}

type RecordChange = Partial<Omit<EditRecord, 'cost' | 'timings' | 'state' | 'requestId'>> & {
  cost?: Partial<EditRecord['cost']>;
  timings?: Partial<EditRecord['timings']>;
};

/** A running edit, until its pictures are saved or its deadline has passed. */
export class EditRun {
  readonly model: Model;
  readonly journal: Journal;
  readonly output: OutputSpec;
  readonly asPromised: boolean;
  readonly deadline: Deadline;
  readonly session: FalSession;
  private known: EditRecord;
  private readonly began: number;

  constructor(
    { model, record, journal, output, asPromised }: EditStart,
    readonly env: EditEnv,
    readonly options: RunOptions,
  ) {
    this.model = model;
    this.known = record;
    this.journal = journal;
    this.output = output;
    this.asPromised = asPromised;
    this.began = env.context.elapsed();
    this.deadline = new Deadline(options.timeoutMs, env.context.signal);
    this.session = openSession({
      ...accessOf(env, this.deadline.signal),
      nameField: this.nameField,
      journal: this.submitJournal(),
      endpoint: model.endpoint,
      requestId: journal.requestId,
    });
  }

  /** Everything known about the edit so far. The journal knows how far it has come. */
  get record(): EditRecord {
    const { state, requestId = null } = this.journal;
    return { ...this.known, state, requestId };
  }

  /** Uploads the files, submits the edit, and saves its pictures, unless the edit is detached. */
  send({ attachments, uploads, priority = 'normal', detach }: Sending): Promise<EditOutcome> {
    return this.toItsEnd(async () => {
      await keepInput(this.env.ledger, this.output.finish, attachments);
      await this.upload(attachments, uploads);
      if (detach) await this.submitAndLeave(priority);
      else await this.collect(await this.submit(priority));
    });
  }

  /** Waits for an edit that fal has accepted, and saves its pictures. */
  goOn(job: Pick<Job, 'result' | 'input' | 'images'>): Promise<EditOutcome> {
    return this.toItsEnd(async () => {
      await this.collect(rememberedAnswer(job, this.model) ?? (await this.follow()), job.images);
    });
  }

  /** Adds a message for people, which is kept in the record. */
  warn(message: string): void {
    this.change({ warnings: [...this.known.warnings, message] });
    this.options.onEvent({ type: 'warning', message });
  }

  /** Adds a remark for people, which is kept in the record. */
  note(message: string): void {
    this.change({ notes: [...this.known.notes, message] });
    this.options.onEvent({ type: 'note', message });
  }

  /** The only place where the record changes. */
  private change({ cost, timings, ...change }: RecordChange): void {
    const { known } = this;
    this.known = {
      ...{ ...known, ...change },
      cost: { ...known.cost, ...cost },
      timings: { ...known.timings, ...timings },
    };
  }

  /** Runs the steps under the deadline, and always records how the edit ended. */
  private async toItsEnd(steps: () => Promise<void>): Promise<EditOutcome> {
    const { journal, deadline } = this;
    let error: FalEditError | undefined;
    try {
      await steps();
    } catch (thrown) {
      error = deadline.signal.aborted
        ? await stoppedError(this, thrown)
        : withCharge(asFalEditError(thrown, this.charged), this.charged);
      journal.ended(error, this.session.exchange.submit.state);
    } finally {
      deadline.close();
      await this.dropInput();
      this.change({ timings: { totalMs: Math.round(this.env.context.elapsed() - this.began) } });
    }
    const { record } = this;
    const isUnrecorded = journal.fellBehind !== undefined && record.requestId !== null;
    return { record, error: isUnrecorded ? unrecordedError(journal, record, error) : error };
  }

  private readonly nameField = (path: (string | number)[]): string => flagForField(this.model, path);

  /** Whether the edit is charged, as far as we know. */
  private get charged(): Charged {
    const { state, requestId } = this.journal;
    const { exchange } = this.session;
    if (exchange.hasResult || state === 'completed' || state === 'saved') return 'yes';
    return requestId === undefined ? exchange.submit.charged : 'maybe';
  }

  private submitJournal(): SubmitJournal {
    const { journal } = this;
    return {
      intend: () => journal.intend(this.known.input, this.known.uploads),
      intendAgain: () => journal.intendAgain(),
      accepted: (requestId) => journal.accepted(requestId),
      get recovery() {
        return journal.recovery;
      },
      sandbox: this.known.sandbox,
    };
  }

  /** Uploads the local files; after that, the input contains only URLs. */
  private async upload(attachments: readonly Attachment[], cache: UploadCache | undefined): Promise<void> {
    const { env, session } = this;
    const { onEvent } = this.options;
    const local = attachments.flatMap(({ upload: file }) => file ?? []);
    if (local.length === 0) return;
    const storage = (file: File): Promise<unknown> =>
      session.client.storage.upload(file).catch((error: unknown) => {
        throw session.exchange.uploadFailure ?? error;
      });
    const bytes = local.reduce((sum, file) => sum + file.bytes, 0);
    onEvent({ type: 'uploading', files: local.length, bytes });
    const urls = await uploadAll(storage, env.route.connection, local, cache);
    this.change({ uploads: [...urls].map(([sha256, url]) => ({ sha256, url })) });
    for (const { path, label, upload: file } of attachments) {
      const url = file === undefined ? undefined : urls.get(file.sha256);
      if (url === undefined) continue;
      this.change({ input: withValueAt(this.known.input, path, url) as Record<string, unknown> });
      onEvent({ type: 'uploaded', label, url });
    }
  }

  /** The only call that costs money. Returns when fal's answer has arrived and is valid. */
  private submit(priority: 'normal' | 'low'): Promise<Answered> {
    const { session, model, options } = this;
    this.tellSubmitting();
    let watch: ((update: unknown) => void) | undefined;
    return this.read(async () => {
      const answer: { data: unknown } = await session.client.subscribe(model.endpoint, {
        input: this.known.input,
        priority,
        mode: 'streaming',
        logs: true,
        // The request id is already in the ledger, thanks to submit-once.ts.
        onEnqueue: (requestId) => {
          watch = this.statusWatcher();
          options.onEvent({ type: 'accepted', requestId });
        },
        onQueueUpdate: (update) => watch?.(update),
      });
      return answer.data;
    });
  }

  /** Submits, without waiting for the result. */
  private async submitAndLeave(priority: 'normal' | 'low'): Promise<void> {
    const { session, model, journal, options } = this;
    this.tellSubmitting();
    await session.client.queue.submit(model.endpoint, { input: this.known.input, priority });
    options.onEvent({ type: 'accepted', requestId: journal.requestId ?? '' });
    journal.left();
  }

  private tellSubmitting(): void {
    const { sandbox, cost } = this.known;
    const proxies = sandbox ? [] : proxiesOf(this.env.route.connection, 'remote');
    const { estimatedUsd, grade, unknown } = cost;
    this.options.onEvent({ type: 'submitting', estimatedUsd, grade, unknown, proxies });
  }

  /** Waits for a request that was accepted earlier, and gets its result. */
  private follow(): Promise<Answered> {
    const { queue } = this.session.client;
    const { endpoint } = this.model;
    const { requestId = '' } = this.journal;
    return this.read(async () => {
      await queue.subscribeToStatus(endpoint, {
        requestId,
        mode: 'streaming',
        logs: true,
        onQueueUpdate: this.statusWatcher(),
      });
      const answer: { data: unknown } = await queue.result(endpoint, { requestId });
      return answer.data;
    });
  }

  private statusWatcher(): (update: unknown) => void {
    const { env, options } = this;
    return statusWatcher(options.onEvent, env.context.elapsed, ({ queuedMs, ...times }) => {
      // Only the first time that the waiting ended counts.
      this.change({ timings: { ...times, queuedMs: this.known.timings.queuedMs ?? queuedMs ?? null } });
    });
  }

  /** Reads an answer, without the client's error wrapping; from fal's history if its queue has forgotten it. */
  private async read(ask: () => Promise<unknown>): Promise<Answered> {
    const { model, session, journal } = this;
    let data: unknown;
    try {
      data = await ask();
    } catch (error) {
      const failure = session.exchange.waitFailure ?? error;
      const at = { endpoint: model.endpoint, requestId: journal.requestId ?? '' };
      const access = { ...accessOf(this.env, this.deadline.signal), nameField: this.nameField };
      const remembered = saysGone(failure) ? await resultInHistory(at, access) : undefined;
      if (remembered === undefined) throw failure as Error;
      data = remembered;
    }
    const { billableUnits: units } = session.exchange;
    if (units !== undefined) {
      const { unitPriceUsd } = this.known.cost;
      const billedUsd = unitPriceUsd === null ? null : usd(units * unitPriceUsd);
      this.change({ cost: { billedUnits: units, billedUsd: billedUsd ?? this.known.cost.billedUsd } });
    }
    const output = readResult(model, data, this.known.input);
    if (output === undefined) {
      const { billedUnits, billedUsd } = this.known.cost;
      const cost = { billedUnits: billedUnits ?? undefined, billedUsd: billedUsd ?? undefined };
      journal.answeredWithoutPicture({ result: data, ...cost });
      throw noPicturesError(this.record);
    }
    if (output.images.length > MOST_PICTURES) throw tooManyPicturesError(this.record, output.images.length);
    if (output.inferenceSeconds !== undefined) {
      const inferenceMs = this.known.timings.inferenceMs ?? Math.round(output.inferenceSeconds * 1000);
      this.change({ timings: { inferenceMs } });
    }
    return { data, output };
  }

  /**
   * Saves every good picture, whatever happens to the others; then throws the first failure.
   *
   * @param former the pictures as an earlier command left them
   */
  private async collect(answered: Answered, former: readonly JobImage[] = []): Promise<void> {
    const { images: answers } = answered.output;
    const { images, failures } = await fetchPictures(this, answered, former);
    this.change({ images });
    if (failures.length > 0) {
      throw collectError(failures, images.length, this.record, this.journal.nextSteps);
    }
    const blanked = answers.filter((image) => image.nsfw === true).length;
    if (blanked > 0) throw blankedError(blanked, images.length, this.output.keepBlanked, this.record);
    const isAnnounced = answers.some(({ unexpected }) => unexpected !== true);
    if (
      !isAnnounced &&
      !images.some(({ path, contentType }) => path !== null && isPictureType(contentType))
    ) {
      const error = noPicturesError(this.record);
      this.journal.endedWithoutPicture(error);
      throw error;
    }
    this.journal.finished();
  }

  /** Removes the kept parts of the input once nothing is left to finish, and what killed runs have left. */
  private async dropInput(): Promise<void> {
    const { state, requestId, jobId } = this.journal;
    const { ledger } = this.env;
    // fal may still report a picture of one that failed or was cancelled there.
    const isOver = ['saved', 'rejected', 'moderated'].includes(state);
    const isUnsent = requestId === undefined && (state === 'failed' || state === 'cancelled');
    // In a batch only where a row keeps something: it has many rows.
    const mayHaveKept = this.output.finish !== undefined || ledger.root === undefined;
    if (mayHaveKept && (isOver || isUnsent)) await dropParts(ledger, jobId);
  }
}
