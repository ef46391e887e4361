import { asFalEditError, withCharge, type Charged, type FalEditError } from '../errors.js';
import { openSession, type FalSession } from '../fal/session.js';
import type { OutputSpec } from '../ledger/job.js';
import { flagForField } from '../models/explain.js';
import type { Model } from '../models/model.js';
import { Deadline } from './deadline.js';
import { accessOf, type EditEnv } from './env.js';
import type { OnEvent } from './events.js';
import type { NextSteps } from './next-steps.js';
import { unrecordedError, type Journal } from './journal.js';
import type { EditRecord } from './record.js';
import { stoppedError } from './stopping.js';

/** Options of every way to run or continue an edit. */
export interface LifeOptions {
  /** Our own deadline, in milliseconds. */
  timeoutMs: number;
  /** At the deadline, ask fal to cancel the edit instead of leaving it to be fetched later. */
  cancelOnTimeout?: boolean | undefined;
  /** Ctrl-C ends only the waiting: a request in fal's queue was put there by another command, to stay. */
  leaveWhenInterrupted?: boolean | undefined;
  /** Takes the bytes where they go to a stream. */
  write?: ((bytes: Uint8Array) => Promise<void>) | undefined;
  onEvent: OnEvent;
  /** Hints on how to continue where this run does not; those for a single edit if absent. */
  nextSteps?: NextSteps | undefined;
  /** Schedules a part of the work where many edits run at once; runs it at once if absent. */
  inLane?: (<T>(lane: 'download', run: () => Promise<T>) => Promise<T>) | undefined;
}

/** One running edit: the state that all of its steps share. */
export interface Life {
  model: Model;
  record: EditRecord;
  journal: Journal;
  session: FalSession;
  deadline: Deadline;
  output: OutputSpec;
  /** Whether the ledger's choice of paths counts: not where somebody asked for other ones. */
  asPromised: boolean;
  env: EditEnv;
  options: LifeOptions;
}

/** Initial state of a {@link Life}. */
export type LifeStart = Omit<Life, 'session' | 'deadline'>;

/**
 * Runs the steps of an edit under its deadline, and writes down how it ended, whatever happens.
 *
 * @throws FalEditError
 */
export async function runLife(start: LifeStart, steps: (life: Life) => Promise<void>): Promise<void> {
  const { record, journal, model, env, options } = start;
  const { context } = env;
  const started = context.elapsed();
  const deadline = new Deadline(options.timeoutMs, context.signal);
  const session = openSession({
    ...accessOf(env, deadline.signal),
    nameField: (path) => flagForField(model, path),
    journal,
    endpoint: model.endpoint,
    ...(record.requestId === null ? {} : { requestId: record.requestId }),
  });
  const life: Life = { ...start, session, deadline };
  let failure: FalEditError | undefined;
  try {
    await steps(life);
  } catch (error) {
    failure = deadline.signal.aborted
      ? await stoppedError(life, error)
      : withCharge(asFalEditError(error, chargedOf(life)), chargedOf(life));
    journal.ended(failure, session.exchange.submit.state);
  } finally {
    deadline.close();
    record.state = journal.state;
    record.timings.totalMs = Math.round(context.elapsed() - started);
  }
  const unrecorded = journal.fellBehind !== undefined && record.requestId !== null;
  if (unrecorded) throw unrecordedError(journal, record, failure);
  if (failure !== undefined) throw failure;
}

/** Known cost of an edit so far. */
function chargedOf({ record, journal, session: { exchange } }: Life): Charged {
  if (exchange.hasResult || journal.state === 'completed' || journal.state === 'saved') return 'yes';
  return record.requestId === null ? exchange.submit.charged : 'maybe';
}
