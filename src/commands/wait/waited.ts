import type { EditRecord } from '../../edit/record.js';
import { FalEditError } from '../../errors.js';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { errorText } from '../../terminal/error-text.js';
import { editDocument, errorDocument } from '../edit/document.js';
import { summaryLine } from '../edit/summary.js';
import { fail } from '../fail.js';
import type { LedgerCommand } from '../earlier/ledger-command.js';
import { exitCodeOf, named, severalHead } from '../earlier/several.js';
import { printPaths } from '../stdout-pictures.js';

/** What came of waiting for one request. */
export interface Waited {
  /** What people call it. */
  name: string;
  /** Undefined where the ledger does not know it, and fal neither. */
  record: EditRecord | undefined;
  error: FalEditError | undefined;
  /** It was saved before, and its files are as they were. */
  already: boolean;
}

/** Whether it is on the sandbox. One that the ledger does not know is where this run asks. */
function isPlayed({ record }: Waited, { options }: LedgerCommand['terminal']): boolean {
  return record === undefined ? options.sandbox : record.sandbox;
}

/** Shows the end of a wait for the one request that was asked for, as an edit shows its own. */
export function reportOne(waited: Waited, command: LedgerCommand): ExitCode {
  const { record, error, already } = waited;
  const { terminal, context, json } = command;
  const { cwd } = context;
  if (!json && record !== undefined) printPaths(record, context, terminal);
  if (error !== undefined) {
    const document =
      record === undefined ? undefined : (e: FalEditError): unknown => editDocument(record, cwd, e);
    return fail(error, terminal, document, json, isPlayed(waited, terminal));
  }
  if (record !== undefined && json) terminal.json(editDocument(record, cwd));
  if (record !== undefined && !json) {
    terminal.note(already ? 'It was saved before.' : summaryLine(record));
  }
  return EXIT_OK;
}

/** The same for several: the paths in the order of the requests, then what went wrong. */
export function reportSeveral(all: readonly Waited[], { terminal, context, json }: LedgerCommand): ExitCode {
  const { cwd } = context;
  for (const { name, record, error, already } of json ? [] : all) {
    if (record === undefined) continue;
    printPaths(record, context, terminal);
    if (error === undefined && !already) terminal.note(`${name}: ${summaryLine(record)}`);
  }
  const ends = all.map((one) => ({ ...one, sandbox: isPlayed(one, terminal) }));
  for (const { name, error, sandbox } of ends) {
    if (error !== undefined) terminal.error(errorText(named(name, error), terminal, sandbox));
  }
  if (json) {
    terminal.json({ ...severalHead(ends), requests: ends.map((one) => documentOf(one, one.sandbox, cwd)) });
  }
  const done = all.filter(({ error }) => error === undefined).length;
  terminal.note(`${done} of ${all.length} ${all.length === 1 ? 'request is' : 'requests are'} home.`);
  return exitCodeOf(all.map(({ error }) => error));
}

function documentOf({ name, record, error }: Waited, sandbox: boolean, cwd: string): Record<string, unknown> {
  if (record !== undefined) return editDocument(record, cwd, error);
  return { ...(error === undefined ? {} : errorDocument(error, sandbox)), request_id: name };
}
