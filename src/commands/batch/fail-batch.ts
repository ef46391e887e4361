import type { Surroundings } from './surroundings.js';
import { writtenSummary } from '../../batch/run/sandbox-cost.js';
import type { BatchSummary } from '../../batch/rows/result-row.js';
import { standingFigures, type Standing } from '../../batch/run/summary.js';
import type { EditingSettings } from '../flags/editing.js';
import type { Context } from '../../context.js';
import { asFalEditError, type FalEditError } from '../../errors/error.js';
import type { ExitCode } from '../../exit-codes.js';
import { chargedSoFar } from '../../fal/queue/submit-once.js';
import type { Terminal } from '../../terminal/terminal.js';
import { errorDocument } from '../edit/document.js';
import { fail } from '../fail.js';
import { keepHeapSmall } from './engine.js';
import { lastLine } from './event-lines.js';

type SummaryField =
  | 'source'
  | 'shard'
  | 'started_at'
  | 'finished_at'
  | 'rows'
  | 'states'
  | 'invalid'
  | 'left_out'
  | 'run'
  | 'cost';

/** Known facts of a batch that failed. */
export type KnownBatch = Partial<Pick<BatchSummary, SummaryField | 'sandbox'>> & {
  /** Absolute. */
  out_dir?: string;
};

/** A failed batch with the facts known at that moment. */
export class FailedBatch extends Error {
  override readonly name = 'FailedBatch';

  constructor(
    readonly error: FalEditError,
    readonly known: KnownBatch,
  ) {
    super(error.message);
  }
}

/**
 * Runs a part of a batch. Errors get the facts known at that moment, unless an inner part has added its own.
 *
 * @param known `standing` is called on failure; if it throws, the standing is left out
 */
export async function knowing<T>(
  known: { facts?: KnownBatch; standing?: () => Standing | undefined },
  part: () => T | Promise<T>,
): Promise<T> {
  try {
    return await part();
  } catch (thrown) {
    const { error, known: nearer } = failedBatch(thrown);
    const standing = nearer.states === undefined ? readable(known.standing) : undefined;
    const figures = standing && { sandbox: standing.sandbox, ...standingFigures(standing) };
    throw new FailedBatch(error, { ...known.facts, ...figures, ...nearer });
  }
}

function readable(read: (() => Standing | undefined) | undefined): Standing | undefined {
  try {
    return read?.();
  } catch {
    return undefined;
  }
}

function failedBatch(thrown: unknown): Pick<FailedBatch, 'error' | 'known'> {
  if (thrown instanceof FailedBatch) return thrown;
  return { error: asFalEditError(thrown, chargedSoFar()), known: {} };
}

/** Runs a batch command. Where it throws, it ends with an error text, the document of a batch and the last event. */
export async function asBatch(
  { settings, terminal, context }: Pick<Surroundings, 'settings' | 'terminal' | 'context'>,
  run: () => Promise<ExitCode>,
): Promise<ExitCode> {
  keepHeapSmall();
  try {
    return await run();
  } catch (error) {
    return failBatch(error, settings, terminal, context);
  }
}

function failBatch(
  thrown: unknown,
  { values }: Pick<EditingSettings, 'values'>,
  terminal: Terminal,
  context: Pick<Context, 'now'>,
): ExitCode {
  const { error, known } = failedBatch(thrown);
  const { sandbox } = terminal.options;
  const document = failedDocument(error, known, sandbox);
  if (values['events'] === true) terminal.result(lastLine('failed', document, context.now(), sandbox));
  return fail(error, terminal, () => document, values['json'] === true);
}

/** Has the same keys as the document of a finished run, so that scripts can read both. */
function failedDocument(error: FalEditError, known: KnownBatch, sandbox: boolean): Record<string, unknown> {
  const { cost } = known;
  return {
    ...errorDocument(error, sandbox),
    exit_code: error.exitCode,
    source: known.source ?? null,
    shard: known.shard ?? null,
    started_at: known.started_at ?? null,
    finished_at: known.finished_at ?? null,
    rows: known.rows ?? null,
    states: known.states ?? null,
    invalid: known.invalid ?? null,
    left_out: known.left_out ?? null,
    run: known.run ?? null,
    cost: cost === undefined ? null : writtenSummary({ sandbox: known.sandbox ?? sandbox, cost }).cost,
    out_dir: known.out_dir ?? null,
  };
}
