import type { EditRecord } from '../../edit/record.js';
import { FalEditError } from '../../errors.js';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { errorText } from '../../terminal/error-text.js';
import { editDocument, errorDocument, SCHEMA_VERSION } from '../edit/document.js';
import { summaryLine } from '../edit/summary.js';
import { fail } from '../fail.js';
import type { LedgerCommand } from '../earlier/ledger-command.js';
import { exitCodeOf, named, severalError } from '../earlier/several.js';
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

/** Shows the end of a wait for the one request that was asked for, as an edit shows its own. */
export function reportOne({ record, error, already }: Waited, command: LedgerCommand): ExitCode {
  const { terminal, context, json } = command;
  const { cwd } = context;
  if (!json && record !== undefined) printPaths(record, context, terminal);
  if (error !== undefined) {
    const document =
      record === undefined ? undefined : (e: FalEditError): unknown => editDocument(record, cwd, e);
    return fail(error, terminal, document, json);
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
  const failures = all.map(({ error }) => error);
  for (const { name, record, error, already } of json ? [] : all) {
    if (record === undefined) continue;
    printPaths(record, context, terminal);
    if (error === undefined && !already) terminal.note(`${name}: ${summaryLine(record)}`);
  }
  for (const { name, error } of all) {
    if (error !== undefined) terminal.error(errorText(named(name, error), terminal));
  }
  const error = severalError(failures);
  if (json) {
    terminal.json({
      ...(error === undefined ? { schema_version: SCHEMA_VERSION, status: 'ok' } : errorDocument(error)),
      requests: all.map((one) => documentOf(one, cwd)),
    });
  }
  const done = failures.filter((failure) => failure === undefined).length;
  terminal.note(`${done} of ${all.length} ${all.length === 1 ? 'request is' : 'requests are'} home.`);
  return exitCodeOf(failures);
}

function documentOf({ name, record, error }: Waited, cwd: string): Record<string, unknown> {
  if (record !== undefined) return editDocument(record, cwd, error);
  return { ...(error === undefined ? {} : errorDocument(error)), request_id: name };
}
