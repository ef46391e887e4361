/*
 * INVARIANT: a write to the ledger survives the process once the call returns or, for calls made in `write`, once that
 * resolves; intents and request ids then survive a power cut too. An edit's intent is written before its submit is
 * sent, its request id before its status is first requested, its result before the download. So whatever ends a
 * process, the next one knows which edits may have been paid for and how to get them.
 *
 * This folder owns the schema: nothing else reads or writes the tables.
 */
import { FalEditError, type Charged } from '../errors/error.js';
import { checkDailyCap, checkRunCap, spentToday, type Caps } from './spending.js';
import { hashOf } from '../sha256.js';
import { CommitGroup, type Durability } from './commit-group.js';
import { openDatabase, type Database, type LedgerKind } from './database.js';
import { ImageRows, storedColumns } from './rows.js';
import { insertAdopted, insertPlanned, type AdoptedRequest } from './insert.js';
import {
  BEFORE,
  type EndReason,
  GIVEN_UP,
  isAdopted,
  type Job,
  type JobError,
  type JobImage,
  type JobState,
  type NewJob,
  type UploadedFile,
} from './job.js';
import {
  abandonedPlans,
  findFormer,
  findJob,
  type Former,
  type LedgerContext,
  type Snapshot,
} from './lookup.js';

/** Start of an edit: a new job, or that of another run of the same command. */
export type Beginning = { kind: 'new'; job: Pick<Job, 'id' | 'state'> } | { kind: 'former'; former: Former };

export interface BeginOptions {
  caps: Caps;
  /** The user requests another edit. */
  again: boolean;
  /** Snapshot from when the command began, to notice runs that have ended since. */
  since?: Snapshot | undefined;
  /** Error if no new edit may be sent: a file already has the name of its picture. */
  nameTaken?: FalEditError | undefined;
}

const TAKEN_OVER = 'Another run of the same command took its place before it was sent.';

/** The end of a job without saved pictures. */
export interface Ending {
  state: Extract<JobState, 'rejected' | 'failed' | 'moderated' | 'unknown' | 'cancelled'>;
  charged: Charged;
  error?: JobError | undefined;
  reason?: EndReason | undefined;
  /** For an unknown edit: the time on fal's clock, if known. */
  falAt?: number | undefined;
}

/** fal's answer, and the paths for its pictures. */
export interface Completion {
  result: unknown;
  billedUnits?: number | undefined;
  billedUsd?: number | undefined;
  /** Milliseconds. */
  queuedMs?: number | undefined;
  /** Milliseconds, on fal's clock. */
  inferenceMs?: number | undefined;
  /**
   * Chooses an absolute path for each picture; undefined for one that is not saved. `isPromised` returns whether
   * another job has chosen a name that it has not used yet.
   */
  targets: (isPromised: (file: string) => boolean) => readonly (string | undefined)[];
  /** For each picture, the name of its output; undefined for the main one, which all are of if absent. */
  fields?: readonly (string | undefined)[] | undefined;
}

/** The columns of one job; objects become JSON. */
type Columns = Record<string, unknown>;

/** The durable record of every edit sent from here. */
export class Ledger {
  private readonly group: CommitGroup;
  private readonly images: ImageRows;

  private constructor(
    /** Only for other files of this folder. */
    readonly db: Database,
    readonly context: LedgerContext,
    /** Absolute folder that this ledger belongs to; undefined if it belongs to the machine. */
    readonly root: string | undefined,
  ) {
    this.group = new CommitGroup(db);
    this.images = new ImageRows(db, root);
  }

  /**
   * Opens the ledger in a folder, created if missing.
   *
   * @param kind a ledger that is not for the machine keeps paths relative to the folder
   * @throws FalEditError (input, temporary)
   */
  static async open(folder: string, context: LedgerContext, kind: LedgerKind = 'machine'): Promise<Ledger> {
    const root = kind === 'machine' ? undefined : folder;
    return new Ledger(await openDatabase(folder, context, kind), context, root);
  }

  close(): void {
    this.db.close();
  }

  /**
   * Runs a write. Resolves once it is in the ledger: for a single edit at once, in a batch together with writes of
   * other edits.
   *
   * @throws FalEditError (input, temporary), or the write's own error; then none of it is written
   */
  async write<T>(durability: Durability, write: () => T): Promise<T> {
    return this.root === undefined ? write() : this.group.add(durability, write);
  }

  /**
   * Starts a new edit, unless the same command has an unfinished one or it could cost too much. Runs in one
   * transaction, so that of two simultaneous runs only one sends the edit, and only one gets the last dollar.
   *
   * @throws FalEditError (budget), or the error for a taken name
   */
  begin(job: NewJob, { caps, again, since, nameTaken }: BeginOptions): Beginning {
    // Nothing is sent yet: the intent's synced write also syncs this one.
    return this.db.relaxedTransaction(() => {
      const former = again ? undefined : findFormer(this, job, since);
      if (former !== undefined) {
        if (former.kind === 'awaited') this.own(former.job.id);
        return { kind: 'former', former };
      }
      if (nameTaken !== undefined) throw nameTaken;
      // Their processes may still be running unseen: their intents are refused from now on.
      for (const { id } of again || job.detached ? [] : abandonedPlans(this, job)) {
        this.end(id, {
          state: 'cancelled',
          charged: 'no',
          error: { kind: 'interrupted', message: TAKEN_OVER },
        });
      }
      // An unknown cost is refused before, except on the sandbox, where it counts as nothing until it is billed.
      const mayCost = job.estimatedUsd ?? 0;
      checkRunCap(mayCost, caps);
      if (caps.dailyCapUsd !== undefined) {
        checkDailyCap(mayCost, spentToday(this.db, job.via, this.context), caps);
      }
      const id = insertPlanned(this.db, job, this.context, this.root);
      return { kind: 'new', job: { id, state: 'planned' } };
    });
  }

  /**
   * Records that the submit is about to be sent.
   *
   * @param falAt the time on fal's clock, if known
   * @throws FalEditError (input, temporary): it must not be sent
   */
  intend(id: string, input: Record<string, unknown>, uploads: readonly UploadedFile[], falAt?: number): void {
    this.db.refuseElsewhere();
    const taken = this.step(id, 'intent', {
      intent_at: this.context.now(),
      charged: 'maybe',
      input,
      input_hash: hashOf(input),
      uploads,
      sent_fal_at: falAt ?? null,
    });
    if (!taken) throw new FalEditError('temporary', `Job ${id}: ${TAKEN_OVER} Nothing was sent.`);
  }

  /**
   * Records that the submit is sent again, since it was provably not accepted before.
   *
   * @throws FalEditError (input): it must not be sent
   */
  intendAgain(id: string, falAt?: number): void {
    this.db.refuseElsewhere();
    const times = { intent_at: this.context.now(), sent_fal_at: falAt ?? null, missed_fal_at: null };
    this.set(id, times, ['intent']);
  }

  /** Records that fal does not list the edit, with the time on fal's clock. */
  missed(id: string, falAt: number): void {
    this.set(id, { missed_fal_at: falAt }, ['intent', 'unknown', 'rejected']);
  }

  /**
   * Records that fal accepted the edit. Replaces a job that was adopted by the same request id.
   *
   * @param sent the input as fal has it, if it was lost here
   */
  accept(id: string, requestId: string, sent?: Record<string, unknown>): void {
    const accepted = {
      request_id: requestId,
      accepted_at: this.context.now(),
      charged: 'maybe',
      ended_at: null,
      error: null,
      reason: null,
      ...(sent === undefined ? {} : { input: sent, input_hash: hashOf(sent) }),
      ...(typeof sent?.['seed'] === 'number' ? { seed: sent['seed'] } : {}),
    };
    try {
      this.step(id, 'accepted', accepted);
    } catch (error) {
      // A request can belong to only one job.
      const holder = findJob(this, 'request_id', requestId);
      if (holder === undefined || !isAdopted(holder)) throw error;
      this.db.transaction(() => {
        this.remove(holder.id);
        this.step(id, 'accepted', accepted);
      });
    }
  }

  /** Records fal's result. Returns the valid targets: those of the process that completed the job first. */
  complete(
    id: string,
    { result, billedUnits, billedUsd, queuedMs, inferenceMs, targets, fields }: Completion,
  ): readonly (string | undefined)[] {
    return this.lightly(() => {
      const isFirst = this.step(id, 'completed', {
        completed_at: this.context.now(),
        result,
        billed_units: billedUnits ?? null,
        billed_usd: billedUsd ?? null,
        queued_ms: queuedMs ?? null,
        inference_ms: inferenceMs ?? null,
        charged: billedUnits === 0 ? 'no' : 'yes',
        ended_at: null,
        error: null,
        reason: null,
      });
      if (isFirst || this.images.targetsOf(id).length === 0) {
        const isPromised = (file: string): boolean => this.images.isPromised(file, id);
        targets(isPromised).forEach((target, index) =>
          this.images.choose(id, index, target, fields?.[index]),
        );
      }
      return this.images.targetsOf(id);
    });
  }

  /**
   * Replaces the name of a picture that turned out to be taken, unless another process has already done so. Returns
   * the valid name.
   */
  retarget(id: string, index: number, from: string, to: string): string {
    return this.db.transaction(() => {
      this.images.rename(id, index, from, to);
      return this.images.targetsOf(id)[index] ?? to;
    });
  }

  /**
   * Records that a picture is saved. After its last picture the job is saved; which one is last is unknown until its
   * result is here.
   */
  saveImage(id: string, image: Omit<JobImage, 'target'>): void {
    this.lightly(() => {
      this.images.put(id, image);
      const { state } = this.db.row('SELECT state FROM jobs WHERE id = ?', id) as { state: JobState };
      if (state !== 'accepted' && !this.images.isAnyMissing(id)) this.finish(id);
    });
  }

  /** Records that a file which fal's answer names beside the others will not be fetched. */
  giveUpImage(id: string, index: number): void {
    this.lightly(() => this.images.giveUp(id, index));
  }

  /**
   * Records an answer in which there is no picture, before the job ends. Unlike {@link complete}, changes no state:
   * there is nothing to save.
   */
  keepAnswer(
    id: string,
    { result, billedUnits, billedUsd }: Pick<Completion, 'result' | 'billedUnits' | 'billedUsd'>,
  ): void {
    this.set(id, { result, billed_units: billedUnits ?? null, billed_usd: billedUsd ?? null });
  }

  /** Records that a job has no picture, although other files of it are saved. */
  endWithoutPicture(id: string, ending: Omit<Ending, 'state'>): void {
    this.endFrom(['completed', 'saved'], id, { ...ending, state: 'failed' });
  }

  /** Records the file that a picture is about to become, so that a later run recognises it as this job's own. */
  announceImage(id: string, index: number, sha256: string, receivedSha256: string): void {
    this.lightly(() => this.images.announce(id, index, sha256, receivedSha256));
  }

  /** Records that every picture is saved. */
  finish(id: string): void {
    this.step(id, 'saved', { ended_at: this.context.now(), owner: null, error: null, reason: null });
  }

  /** Records an end other than saved. */
  end(id: string, ending: Ending): void {
    this.endFrom(BEFORE[ending.state], id, ending);
  }

  /** Records how a job that had been given up ended, after asking fal again. */
  endAnew(id: string, ending: Ending): void {
    this.endFrom(GIVEN_UP, id, ending);
  }

  /** Reopens a job that had been given up but that fal has: it is waited for. */
  reopen(id: string): void {
    this.set(
      id,
      { state: 'accepted', charged: 'maybe', ended_at: null, error: null, reason: null },
      GIVEN_UP,
    );
  }

  private endFrom(
    from: readonly JobState[],
    id: string,
    { state, charged, error, reason, falAt }: Ending,
  ): void {
    const columns = {
      state,
      // A submit that waited for its turn was sent later than its intent, but never after its end.
      ...(state === 'unknown' ? { sent_fal_at: falAt ?? null, missed_fal_at: null } : {}),
      ended_at: this.context.now(),
      charged,
      owner: null,
      error: error ?? null,
      reason: reason ?? null,
    };
    this.set(id, columns, from);
  }

  /** Records that fal was asked to cancel the job; whether it did is not known yet. */
  cancelRequested(id: string): void {
    this.set(id, { cancel_requested_at: this.context.now() });
  }

  /** Makes this process the owner of the job. */
  own(id: string): void {
    this.set(id, { owner: this.context.self });
  }

  /** Releases the job, so that another process can continue it. */
  release(id: string): void {
    this.set(id, { owner: null });
  }

  /** Adds a request that no job of this ledger has: found at fal, or named by the user. A known one stays unchanged. */
  adopt(request: AdoptedRequest): Job {
    return this.db.transaction(() => {
      const known = findJob(this, 'request_id', request.requestId);
      return known ?? this.mustFind(insertAdopted(this.db, request, this.context.now(), this.root));
    });
  }

  /** @throws FalEditError (internal) never in practice: the job was just there */
  mustFind(id: string): Job {
    const job = findJob(this, 'id', id);
    if (job === undefined) throw new Error(`job ${id} is not in the ledger`);
    return job;
  }

  /**
   * Writes data that can be fetched again at no cost: the answer from fal, the picture from disk. In a batch the next
   * synced write follows within milliseconds, and a power cut before it costs one more request to fal.
   */
  private lightly<T>(run: () => T): T {
    return this.root === undefined ? this.db.transaction(run) : this.db.relaxedTransaction(run);
  }

  /** Moves a job to its next state; false if it has already moved past the states where this step begins. */
  private step(id: string, state: JobState, columns: Columns): boolean {
    return this.set(id, { state, ...columns }, BEFORE[state]);
  }

  private set(id: string, columns: Columns, from?: readonly JobState[]): boolean {
    const stored = storedColumns(columns, this.db.secrets);
    const assignments = Object.keys(stored).map((name) => `${name} = ?`);
    const states = (from ?? []).map((state) => `'${state}'`).join(', ');
    const condition = from === undefined ? '' : ` AND state IN (${states})`;
    const sql = `UPDATE jobs SET ${assignments.join(', ')} WHERE id = ?${condition}`;
    return this.db.run(sql, ...Object.values(stored), id) > 0;
  }

  /** Records facts about a job's pictures before its result is here; pictures without a path must still be fetched. */
  putImages(id: string, images: readonly JobImage[]): void {
    for (const { index, target, path, ...facts } of images) {
      if (path === undefined) this.images.choose(id, index, target, facts.field);
      else this.images.put(id, { index, path, ...facts });
    }
  }

  /** Removes a job that another one replaces. */
  remove(id: string): void {
    this.db.run('DELETE FROM images WHERE job_id = ?', id);
    this.db.run('DELETE FROM jobs WHERE id = ?', id);
  }
}
