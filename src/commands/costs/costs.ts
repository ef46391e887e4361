import { billedText, usdText } from '../../units.js';
import { usd } from '../../edit/plan/estimate.js';
import { usageError } from '../../errors/error.js';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { spending, type SpendingRow } from '../../ledger/spending.js';
import { isOnSandbox } from '../connect.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { SCHEMA_VERSION } from '../edit/document.js';
import { withLedger } from '../earlier/ledger-command.js';
import { readSince } from '../earlier/since.js';
import type { CallOf } from '../command.js';
import type { COSTS } from './command.js';

/** `fal-edit costs`: costs of the edits in the ledger. */
export function runCosts(call: CallOf<typeof COSTS>): Promise<ExitCode> {
  return withLedger(call, async ({ settings, context, ledger, terminal, json }) => {
    const by = readBy(settings);
    const since = readSince(settings, context.now());
    const sandbox = isOnSandbox(settings);
    const rows = spending(ledger.db, { by, since, sandbox });
    const total = totalOf(rows);
    if (json) {
      terminal.json({
        schema_version: SCHEMA_VERSION,
        status: 'ok',
        by,
        since: since === undefined ? null : new Date(since).toISOString(),
        sandbox,
        rows: rows.map((row) => ({ [by]: row.group, ...figures(row, sandbox) })),
        total: figures(total, sandbox),
      });
      return EXIT_OK;
    }
    const listed = rows.length === 0 ? [] : [...rows, total];
    const lines = await tableLines(columnsBy(by, sandbox), listed.map(cellsOf), context.stdout);
    for (const line of lines) terminal.result(line);
    if (rows.length === 0) terminal.note('Nothing spent, according to the ledger.');
    const { billedUsd, estimatedUsd, unknownUsd } = total;
    if (sandbox) terminal.note(`${billedText(billedUsd + estimatedUsd + unknownUsd, true)}.`);
    return EXIT_OK;
  });
}

function readBy({ values, origins }: CallOf<typeof COSTS>['settings']): 'model' | 'day' {
  const by = values['by'] ?? 'model';
  if (by === 'model' || by === 'day') return by;
  throw usageError(`${origins['by'] ?? '--by'} must be model or day, not ${JSON.stringify(by)}.`);
}

function totalOf(rows: readonly SpendingRow[]): SpendingRow {
  const sum = (figure: (row: SpendingRow) => number): number =>
    rows.reduce((all, row) => all + figure(row), 0);
  return {
    group: 'total',
    edits: sum((row) => row.edits),
    billedUsd: sum((row) => row.billedUsd),
    estimatedUsd: sum((row) => row.estimatedUsd),
    unknownUsd: sum((row) => row.unknownUsd),
    unpriced: sum((row) => row.unpriced),
  };
}

/** Rounded to a millionth of a dollar. The sandbox charges nothing: its prices are in `would_be_usd` only. */
function figures(row: SpendingRow, sandbox: boolean): Record<string, number> {
  const { edits, billedUsd, estimatedUsd, unknownUsd, unpriced } = row;
  const total = usd(billedUsd + estimatedUsd + unknownUsd);
  if (sandbox) {
    const nothing = { estimated_usd: 0, unknown_usd: 0, total_usd: 0 };
    return { edits, unpriced, billed_usd: 0, would_be_usd: total, ...nothing };
  }
  return {
    edits,
    unpriced,
    billed_usd: usd(billedUsd),
    estimated_usd: usd(estimatedUsd),
    unknown_usd: usd(unknownUsd),
    total_usd: total,
  };
}

function columnsBy(by: 'model' | 'day', sandbox: boolean): readonly Column[] {
  const right = ['EDITS', sandbox ? 'WOULD BE' : 'BILLED', 'ESTIMATED', 'UNKNOWN', 'TOTAL'];
  return [{ title: by.toUpperCase() }, ...right.map((title) => ({ title, right: true }))];
}

function cellsOf(row: SpendingRow): string[] {
  const { billedUsd, estimatedUsd, unknownUsd, unpriced } = row;
  // Nothing billed so far differs from a bill of zero.
  const billed = billedUsd === 0 && estimatedUsd + unknownUsd + unpriced > 0 ? '?' : usdText(billedUsd);
  const atLeast = (amount: number): string =>
    unpriced === 0 ? usdText(amount) : amount === 0 ? '?' : `${usdText(amount)} + ?`;
  const total = atLeast(billedUsd + estimatedUsd + unknownUsd);
  return [row.group, String(row.edits), billed, usdText(estimatedUsd), atLeast(unknownUsd), total];
}
