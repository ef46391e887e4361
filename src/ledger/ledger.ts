/*
 * INVARIANT: a write that the ledger has taken survives the process when the call returns, or where the call is
 * made in `write`, when that resolves; an intent and a request id then survive a power cut too. An edit's intent
 * is taken before its submit is sent, its request id before its status is first asked for, its result before the
 * download. So whatever ends a process, the next one knows which edits may be paid for and how to get them.
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

/** The beginning of an edit: a new job, or that of another run of the same command. */
export type Beginning = { kind: 'new'; job: Pick<Job, 'id' | 'state'> } | { kind: 'former'; former: Former };

export interface BeginOptions {
  caps: Caps;
  /** The user asks for another one. */
  again: boolean;
  /** When the command began, so that runs that ended since are noticed. */
  since?: Snapshot | undefined;
  /** Why no new edit may be sent: a file already has the name of its picture. */
  nameTaken?: FalEditError | undefined;
}

const TAKEN_OVER = 'Another run of the same command took its place before it was sent.';

/** The end of a job that is not saved. */
export interface Ending {
  state: Extract<JobState, 'rejected' | 'failed' | 'moderated' | 'unknown' | 'cancelled'>;
  charged: Charged;
  error?: JobError | undefined;
  reason?: EndReason | undefined;
  /** For an unknown edit: the time on fal's clock, if known. */
  falAt?: number | undefined;
}

/** fal's answer, and where its pictures will go. */
export interface Completion {
  result: unknown;
  billedUnits?: number | undefined;
  billedUsd?: number | undefined;
  /** Milliseconds. */
  queuedMs?: number | undefined;
  /** Milliseconds, on fal's clock. */
  inferenceMs?: number | undefined;
  /**
   * Chooses an absolute path for each picture; undefined for one that is not saved. Gets the names that other
   * jobs have chosen and not filled yet.
   */
  targets: (isPromised: (file: string) => boolean) => readonly (string | undefined)[];
}

/** The columns of one job; objects become JSON. */
type Columns = Record<string, unknown>;

/** The durable record of every edit that was sent from here. */
export class Ledger {
  private readonly group: CommitGroup;
  private readonly images: ImageRows;

  private constructor(
    /** For the other files of this folder. */
    readonly db: Database,
    readonly context: LedgerContext,
    /** The folder that this ledger goes with, absolute; undefined where it belongs to the machine. */
    readonly root: string | undefined,
  ) {
    this.group = new CommitGroup(db);
    this.images = new ImageRows(db, root);
  }

  /**
   * Opens the ledger in a folder, made if need be.
   *
   * @param kind one that goes with the folder keeps paths relative to it
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
   * Resolves when the writes are in the ledger: for an edit at once, in a batch together with other edits'
   * writes.
   *
   * @throws FalEditError (input, temporary), or the error of the write, of which nothing is written
   */
  async write<T>(durability: Durability, write: () => T): Promise<T> {
    return this.root === undefined ? write() : this.group.add(durability, write);
  }

  /**
   * Takes a new edit, unless the same command has an unfinished one or it could cost too much. In one
   * transaction, so that of two runs at once only one sends the edit, and only one gets the last dollar.
   *
   * @throws FalEditError (budget), or the error for a taken name
   */
  begin(job: NewJob, { caps, again, since, nameTaken }: BeginOptions): Beginning {
    // Nothing is sent yet: the intent must be on the disk, and writes this with it.
    return this.db.relaxedTransaction(() => {
      const former = again ? undefined : findFormer(this, job, since);
      if (former !== undefined) {
        if (former.kind === 'awaited') this.own(former.job.id);
        return { kind: 'former', former };
      }
      if (nameTaken !== undefined) throw nameTaken;
      // One of them may still be running unseen: its intent is refused from now on.
      for (const { id } of again || job.detached ? [] : abandonedPlans(this, job)) {
        this.end(id, {
          state: 'cancelled',
          charged: 'no',
          error: { kind: 'interrupted', message: TAKEN_OVER },
        });
      }
      checkRunCap(job.estimatedUsd, caps);
      if (caps.dailyCapUsd !== undefined) {
        checkDailyCap(job.estimatedUsd, spentToday(this.db, job.via, this.context), caps);
      }
      const id = insertPlanned(this.db, job, this.context, this.root);
      return { kind: 'new', job: { id, state: 'planned' } };
    });
  }

  /**
   * The submit is about to be sent.
   *
   * @param falAt the time on fal's clock, if that is known
   * @throws FalEditError (input, temporary): it must not be, then
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

  /** The submit goes out once more, since it was provably not taken before. @throws FalEditError (input): it must not */
  intendAgain(id: string, falAt?: number): void {
    this.db.refuseElsewhere();
    const times = { intent_at: this.context.now(), sent_fal_at: falAt ?? null, missed_fal_at: null };
    this.set(id, times, ['intent']);
  }

  /** fal does not list it, by its own clock at that time. */
  missed(id: string, falAt: number): void {
    this.set(id, { missed_fal_at: falAt }, ['intent', 'unknown', 'rejected']);
  }

  /**
   * fal accepted it. A job that was adopted only by the request's id gives way to this one.
   *
   * @param sent as fal has it, where it was lost here
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
      // No two jobs can have one request.
      const holder = findJob(this, 'request_id', requestId);
      if (holder === undefined || !isAdopted(holder)) throw error;
      this.db.transaction(() => {
        this.remove(holder.id);
        this.step(id, 'accepted', accepted);
      });
    }
  }

  /** fal's result is here. Returns the targets that count: those of the process that completed it first. */
  complete(
    id: string,
    { result, billedUnits, billedUsd, queuedMs, inferenceMs, targets }: Completion,
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
        targets(isPromised).forEach((target, index) => this.images.choose(id, index, target));
      }
      return this.images.targetsOf(id);
    });
  }

  /**
   * Replaces the name of a picture that turned out to be taken, unless another process has done so meanwhile.
   * Returns the valid one.
   */
  retarget(id: string, index: number, from: string, to: string): string {
    return this.db.transaction(() => {
      this.images.rename(id, index, from, to);
      return this.images.targetsOf(id)[index] ?? to;
    });
  }

  /**
   * Records that a picture is saved. The last one of a job makes the job saved; before its result is known,
   * nobody knows which one that is.
   */
  saveImage(id: string, image: Omit<JobImage, 'target'>): void {
    this.lightly(() => {
      this.images.put(id, image);
      const { state } = this.db.row('SELECT state FROM jobs WHERE id = ?', id) as { state: JobState };
      if (state !== 'accepted' && !this.images.isAnyMissing(id)) this.finish(id);
    });
  }

  /** Every picture is where it was to go. */
  finish(id: string): void {
    this.step(id, 'saved', { ended_at: this.context.now(), owner: null, error: null, reason: null });
  }

  /** Records another end than saved. */
  end(id: string, ending: Ending): void {
    this.endFrom(BEFORE[ending.state], id, ending);
  }

  /** fal was asked again about one that had been given up, and says how it ended. */
  endAnew(id: string, ending: Ending): void {
    this.endFrom(GIVEN_UP, id, ending);
  }

  /** fal has one that had been given up: it is waited for. */
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
      // A submit that had to wait for its turn went out later than its intent, but never after its end.
      ...(state === 'unknown' ? { sent_fal_at: falAt ?? null, missed_fal_at: null } : {}),
      ended_at: this.context.now(),
      charged,
      owner: null,
      error: error ?? null,
      reason: reason ?? null,
    };
    this.set(id, columns, from);
  }

  /** fal was asked to cancel it; whether it did is not known yet. */
  cancelRequested(id: string): void {
    this.set(id, { cancel_requested_at: this.context.now() });
  }

  /** This process works on it from here on. */
  own(id: string): void {
    this.set(id, { owner: this.context.self });
  }

  /** Releases it, so that it can be continued. */
  release(id: string): void {
    this.set(id, { owner: null });
  }

  /** Takes a request that no job of this ledger has: found at fal, or named by the user. One that is known stays as it is. */
  adopt(request: AdoptedRequest): Job {
    return this.db.transaction(() => {
      const known = findJob(this, 'request_id', request.requestId);
      return known ?? this.mustFind(insertAdopted(this.db, request, this.context.now(), this.root));
    });
  }

  /** @throws FalEditError (internal) never in practice: the job was there a moment ago */
  mustFind(id: string): Job {
    const job = findJob(this, 'id', id);
    if (job === undefined) throw new Error(`job ${id} is not in the ledger`);
    return job;
  }

  /**
   * Writes data that can be fetched again at no cost: fal has the answer, and the disk the picture. In a batch the next synced
   * write follows within milliseconds, and a power cut before it costs one more request to fal.
   */
  private lightly<T>(run: () => T): T {
    return this.root === undefined ? this.db.transaction(run) : this.db.relaxedTransaction(run);
  }

  /** One step of the life; false where the job has gone on from where the step begins. */
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

  /** Known facts about pictures of a job before its result is here: those without a path are still to be fetched. */
  putImages(id: string, images: readonly JobImage[]): void {
    for (const { index, target, path, ...facts } of images) {
      if (path === undefined) this.images.choose(id, index, target);
      else this.images.put(id, { index, path, ...facts });
    }
  }

  /** Removes a job that another one replaces. */
  remove(id: string): void {
    this.db.run('DELETE FROM images WHERE job_id = ?', id);
    this.db.run('DELETE FROM jobs WHERE id = ?', id);
  }
}
