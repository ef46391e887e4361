import { rowsText } from '../../batch/run/ending.js';
import { positionText } from '../../batch/manifest/entry.js';
import { measureRow } from '../../batch/run/measure-row.js';
import { movesOf, type Move } from '../../batch/folder/rename-pictures.js';
import { BATCH_SCHEMA_VERSION } from '../../batch/rows/result-row.js';
import type { Context } from '../../context.js';
import { stateOfFile } from '../../edit/pictures/save.js';
import { FalEditError } from '../../errors/error.js';
import { findRow, rowsInOrder, unmeasuredRows, type RowWithJob } from '../../ledger/batch/states.js';
import type { Ledger } from '../../ledger/ledger.js';
import { keptPath } from '../../ledger/rows.js';
import { harmlessLine } from '../../terminal/plain.js';
import { lastLine } from './event-lines.js';
import { MAKE_IT, writeFrozenJunit } from './frozen-junit.js';
import type { BatchOptions } from './options.js';
import type { Surroundings } from './surroundings.js';

/**
 * Checks offline that every row is done, and that its pictures are unchanged, byte for byte, and as expected.
 *
 * @param source as the user named it
 * @throws FalEditError (expectation) if something would have to be sent or fetched
 */
export async function refuseUnfrozen(
  ledger: Ledger,
  outDir: string,
  source: string,
  options: Pick<BatchOptions, 'events' | 'junit' | 'shard'>,
  { context, terminal, json }: Pick<Surroundings, 'context' | 'terminal' | 'json'>,
): Promise<void> {
  const startedAt = context.now();
  await measureAnew(ledger, context);
  const stale: Record<string, unknown>[] = [];
  const reasons = new Map<string, string>();
  const moves = new Map(movesOf(ledger, outDir).map((move) => [move.row.key, move]));
  let rows = 0;
  for (const row of rowsInOrder(ledger)) {
    rows++;
    const move = moves.get(row.key);
    const why = (await whyStale(row)) ?? (move === undefined ? undefined : whyElsewhere(move, outDir));
    if (why === undefined) continue;
    const where = positionText({ file: row.file, line: row.line });
    terminal.error(harmlessLine(`${where}${row.id === undefined ? '' : ` (${row.id})`}: ${why}`, 2_000));
    reasons.set(row.key, why);
    stale.push({ file: row.file, line: row.line ?? null, id: row.id ?? null, why });
  }
  await writeFrozenJunit({ ledger, outDir, source, reasons, startedAt }, options, context, terminal);
  if (stale.length > 0) {
    throw new FalEditError(
      'expectation',
      `--frozen: ${rowsText(stale.length)} of ${rows} not up to date. Nothing was sent.`,
      {
        hint: MAKE_IT,
        details: { out_dir: outDir, stale: stale.slice(0, 1_000) },
      },
    );
  }
  terminal.note(
    `${rows === 1 ? 'The row is' : `All ${rows} rows are`} up to date${terminal.options.sandbox ? ' (sandbox pictures)' : ''}.`,
  );
  const document = { schema_version: BATCH_SCHEMA_VERSION, status: 'ok', frozen: true, rows };
  if (json) terminal.json(document);
  else if (options.events)
    terminal.result(lastLine('frozen', document, context.now(), terminal.options.sandbox));
}

/** The expectations may have changed since the rows were made. */
async function measureAnew(ledger: Ledger, context: Context): Promise<void> {
  for (const key of unmeasuredRows(ledger.db)) {
    const row = findRow(ledger, key);
    if (row !== undefined) await measureRow(ledger, row, context);
  }
}

async function whyStale({ state, job }: RowWithJob): Promise<string | undefined> {
  if (state === 'unmet') return 'its picture is not as expected.';
  if (state !== 'done' || job === undefined) return STALE[state] ?? 'it is not done.';
  for (const { path, target, field, sha256 } of job.images) {
    // A file beside the picture that could not be fetched is not expected back.
    if (path === undefined && target === undefined && field !== undefined) continue;
    if (path === undefined) return 'its picture was not kept.';
    const state = await stateOfFile({ path, sha256 });
    if (state !== 'intact') return `its picture ${path} ${state === 'gone' ? 'is gone' : 'has changed'}.`;
  }
  return undefined;
}

function whyElsewhere({ from, to }: Move, outDir: string): string {
  return `its picture is named ${keptPath(from, outDir)} and should be ${keptPath(to, outDir)}.`;
}

const STALE: Readonly<Record<string, string>> = {
  waiting: 'its picture is still at fal.',
  failed: 'it failed.',
  moderated: 'it was moderated.',
  unknown: 'it may have been sent.',
};
