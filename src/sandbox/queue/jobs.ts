import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.js';
import { jobKey } from './job-key.js';
import type { Job, ModelAnswer, Submission } from './job.js';

/** Runs one job; a rejection counts as an unhandled exception in the app. */
export type RunModel = (job: Job, log: (message: string) => void) => Promise<ModelAnswer>;

export interface JobSettings {
  queueMs: number;
  inferenceMs: number;
  runners: number;
  /** Whether a running job ignores a cancel, as an app may (fal-api.md 2.5). */
  ignoreCancel: boolean;
}

/** Outcome of a cancel: taken out of the queue, asked to stop, or too late. */
export type Cancellation = 'removed' | 'requested' | 'over';

const CANCELLED: ModelAnswer = {
  status: 499,
  body: { detail: 'Request cancelled by the client.' },
  headers: { 'x-fal-error-type': 'client_cancelled' },
  billableUnits: 0,
};

const NOT_STARTED: ModelAnswer = {
  status: 504,
  body: { detail: 'Request timed out before it started', error_type: 'request_timeout' },
  headers: { 'x-fal-error-type': 'request_timeout', 'x-fal-request-timeout-type': 'user' },
  billableUnits: 0,
};

/** The queue and its runners: first in, first out; watchers are notified of each change. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #queue: Job[] = [];
  #running = 0;
  #wakeUp: NodeJS.Timeout | undefined;

  constructor(
    readonly settings: JobSettings,
    readonly clock: Clock,
    readonly run: RunModel,
  ) {}

  /** All accepted jobs, oldest first. */
  all(): Job[] {
    return [...this.#jobs.values()];
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  /** Number of waiting jobs. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Number of jobs ahead of this one in the queue; 0 is next. */
  position(job: Job): number {
    return Math.max(0, this.#queue.indexOf(job));
  }

  submit(submission: Submission): Job {
    const job: Job = {
      ...submission,
      id: randomUUID(),
      key: jobKey(submission.endpoint, submission.input),
      state: 'IN_QUEUE',
      logs: [],
      acceptedAt: this.clock.now(),
      startedAt: undefined,
      completedAt: undefined,
      inferenceTime: undefined,
      answer: undefined,
      cancelledInQueue: false,
      readyAt: this.clock.elapsed() + this.settings.queueMs,
      stop: new AbortController(),
      watchers: new Set(),
    };
    this.#jobs.set(job.id, job);
    this.#queue.push(job);
    if (submission.startTimeoutMs !== undefined) {
      this.#after(submission.startTimeoutMs, () => {
        if (job.state === 'IN_QUEUE') this.#leaveQueue(job, NOT_STARTED);
      });
    }
    // Not in this turn: the answer to the submit says IN_QUEUE, however short the queue.
    setImmediate(() => this.#schedule());
    return job;
  }

  /** Takes a queued job out, or asks a running one to stop. */
  cancel(job: Job): Cancellation {
    if (job.state === 'COMPLETED') return 'over';
    if (job.state === 'IN_QUEUE') {
      job.cancelledInQueue = true;
      this.#leaveQueue(job, CANCELLED);
      return 'removed';
    }
    if (!this.settings.ignoreCancel) job.stop.abort();
    return 'requested';
  }

  /** Clears the timers and abandons the running jobs; nothing keeps the process alive afterwards. */
  close(): void {
    clearTimeout(this.#wakeUp);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#queue = [];
    for (const job of this.#jobs.values()) {
      job.watchers.clear();
      job.stop.abort();
    }
  }

  #schedule(): void {
    clearTimeout(this.#wakeUp);
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (this.#running >= this.settings.runners) return;
      const wait = next.readyAt - this.clock.elapsed();
      if (wait > 0) {
        this.#wakeUp = setTimeout(() => this.#schedule(), wait);
        return;
      }
      this.#queue.shift();
      // Errors of the model are already caught; no other may end the program that the sandbox runs in.
      this.#process(next).catch(() => undefined);
      this.#tellQueue();
    }
  }

  async #process(job: Job): Promise<void> {
    this.#running += 1;
    job.state = 'IN_PROGRESS';
    job.startedAt = this.clock.now();
    const started = this.clock.elapsed();
    tell(job);
    const { inferenceMs } = this.settings;
    const signal = job.stop.signal;
    const stopped = new Promise<ModelAnswer>((resolve) => {
      signal.addEventListener('abort', () => resolve(CANCELLED), { once: true });
    });
    const timers = [0.25, 0.5, 0.75].map((part) =>
      this.#after(inferenceMs * part, () => this.#log(job, `denoising… ${part * 100} %`)),
    );
    const inference = sleep(inferenceMs, undefined, { signal }).catch(() => undefined);
    const work = this.#work(job).then(async (answer) => {
      if (answer.atOnce !== true) await inference;
      return answer;
    });
    const answer = await Promise.race([work, stopped]);
    for (const timer of timers) this.#forget(timer);
    this.#running -= 1;
    job.inferenceTime = (this.clock.elapsed() - started) / 1000;
    this.#finish(job, answer);
    job.stop.abort();
    this.#schedule();
  }

  async #work(job: Job): Promise<ModelAnswer> {
    try {
      return await this.run(job, (message) => this.#log(job, message));
    } catch {
      return { status: 500, body: { detail: 'Internal Server Error' }, billableUnits: 0 };
    }
  }

  #leaveQueue(job: Job, answer: ModelAnswer): void {
    this.#queue = this.#queue.filter((other) => other !== job);
    this.#finish(job, answer);
    this.#tellQueue();
    this.#schedule();
  }

  #finish(job: Job, answer: ModelAnswer): void {
    job.state = 'COMPLETED';
    job.answer = answer;
    job.completedAt = this.clock.now();
    tell(job);
  }

  #log(job: Job, message: string): void {
    if (job.state !== 'IN_PROGRESS') return;
    const timestamp = new Date(this.clock.now()).toISOString();
    job.logs.push({ message, level: 'INFO', source: 'USER', timestamp });
    tell(job);
  }

  #tellQueue(): void {
    for (const job of this.#queue) tell(job);
  }

  #after(ms: number, action: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }

  #forget(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.#timers.delete(timer);
  }
}

function tell(job: Job): void {
  for (const watcher of [...job.watchers]) watcher();
}
