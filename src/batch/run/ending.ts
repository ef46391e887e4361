import { FalEditError, InterruptedError, type Charged } from '../../errors/error.js';
import { commonKind, type ErrorKind } from '../../exit-codes.js';
import { SaveError } from '../../errors/failures.js';
import type { RowCounts } from '../rows/result-row.js';

/** Facts that decide how a run ends. */
export interface Outcome {
  counts: RowCounts;
  /** Kinds of error of the failed rows, each once. */
  kinds: readonly ErrorKind[];
  /** Number of invalid rows that were skipped. */
  invalid: number;
  /** Why no more rows were sent. */
  stopped: FalEditError | undefined;
  /** Whether the run only submitted: rows at fal then count as successful. */
  submitOnly: boolean;
  /** The signal's reason, if the run was interrupted. */
  interrupted: unknown;
  /** Hint on how to continue. */
  goOn: string;
  /** Whether the rows ran on the sandbox, where nothing is charged. */
  sandbox: boolean;
}

/**
 * The end of a batch as an error, whose kind decides the exit code; undefined if everything is done. The reason for
 * stopping takes precedence; then rows that may have been charged; then failed rows.
 */
export function endingOf(outcome: Outcome): FalEditError | undefined {
  const { counts, stopped, submitOnly, interrupted, goOn, sandbox } = outcome;
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const done = counts.done + (submitOnly ? counts.waiting : 0);
  const words = tally(counts, submitOnly);
  const charged = chargedFor(counts);
  const build = (
    kind: ErrorKind,
    message: string,
    hint: string | undefined = goOn,
    more: Record<string, unknown> = {},
  ): FalEditError =>
    new FalEditError(kind, message, { hint, charged, details: { ...more, rows, states: counts } });
  if (interrupted instanceof InterruptedError) {
    const details = { rows, states: counts };
    return new InterruptedError(interrupted.signal, `Interrupted. ${words}`, {
      hint: goOn,
      charged,
      details,
    });
  }
  if (stopped !== undefined && (counts.unknown === 0 || !isLocal(stopped))) {
    return build(stoppedKind(stopped, counts), `${stopped.message} ${words}`, stopped.hint, stopped.details);
  }
  if (counts.unknown > 0) {
    return build(
      'unknown',
      `${stopped === undefined ? '' : `${stopped.message} `}${inDoubt(counts.unknown, sandbox)} ${words}`,
      `${stopped?.hint === undefined ? '' : `${stopped.hint} `}They will not be sent again. Run the batch again in ten minutes; it asks fal first.`,
    );
  }
  if (done === rows && outcome.invalid === 0) return undefined;
  const kind = kindOf(outcome, done, rows);
  return build(kind, words, kind === 'expectation' ? CHANGE_IT : goOn);
}

/** Adds the row counts to the error of a run that ended before it could send anything. */
export function withStates(error: FalEditError, states: RowCounts): FalEditError {
  if (error instanceof InterruptedError) return error;
  const rows = Object.values(states).reduce((sum, count) => sum + count, 0);
  return error.with({ details: { ...error.details, rows, states } });
}

function inDoubt(rows: number, sandbox: boolean): string {
  return `${rowsText(rows)} may have been sent${sandbox ? '' : ' and may be charged'}.`;
}

/**
 * Whether a local error stopped the run. Its kind implies that nothing was sent, which only the row states can show.
 */
function isLocal(error: FalEditError): boolean {
  return error.kind === 'usage' || error.kind === 'input' || error instanceof SaveError;
}

function stoppedKind(stopped: FalEditError, { pending, waiting, unknown, ...over }: RowCounts): ErrorKind {
  if (!isLocal(stopped)) return stopped.kind;
  if (Object.values(over).some((rows) => rows > 0)) return 'partial';
  return waiting + unknown > 0 || pending === 0 ? 'temporary' : stopped.kind;
}

const CHANGE_IT =
  'Change the row or its expectations. The pictures are kept and checked again at no extra cost.';

/**
 * Whether rows were charged. A blanked picture is charged, a refused prompt is not: for moderated rows it may be
 * either.
 */
function chargedFor({ unknown, waiting, done, unmet, moderated }: RowCounts): Charged {
  if (unknown + waiting > 0) return 'maybe';
  if (done + unmet > 0) return 'yes';
  return moderated > 0 ? 'maybe' : 'no';
}

function kindOf({ counts, kinds, invalid }: Outcome, done: number, rows: number): ErrorKind {
  const { failed, moderated, unmet } = counts;
  const bad = failed + moderated + unmet + invalid;
  if (bad === 0) return 'temporary';
  if (bad === unmet && done + unmet === rows) return 'expectation';
  return commonKind(kinds, done + unmet === 0 && invalid === 0 && bad === rows);
}

const WORDS: readonly (readonly [keyof RowCounts, string])[] = [
  ['done', 'done'],
  ['waiting', 'waiting for results'],
  ['unmet', 'not as expected'],
  ['failed', 'failed'],
  ['moderated', 'moderated'],
  ['unknown', 'unknown'],
  ['pending', 'not sent'],
];

/** `480 of 500 rows are done; 12 failed, 8 not sent.` */
function tally(counts: RowCounts, submitOnly: boolean): string {
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const first = submitOnly ? counts.done + counts.waiting : counts.done;
  const others = WORDS.filter(([state]) => state !== 'done' && !(submitOnly && state === 'waiting'))
    .filter(([state]) => counts[state] > 0)
    .map(([state, word]) => `${counts[state]} ${word}`);
  const rest = others.length === 0 ? '' : `; ${others.join(', ')}`;
  const is = rows === 1 ? 'is' : 'are';
  return `${first} of ${rowsText(rows)} ${is} ${submitOnly ? 'submitted or done' : 'done'}${rest}.`;
}

export function rowsText(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}
