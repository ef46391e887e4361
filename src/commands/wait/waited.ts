import type { EditRecord } from '../../edit/record.js';
import { FalEditError } from '../../errors/error.js';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { errorText } from '../../terminal/error-text.js';
import { editDocument, errorDocument } from '../edit/document.js';
import { printPaths, summaryLine } from '../edit-results.js';
import { fail } from '../fail.js';
import type { LedgerCommand } from '../earlier/ledger-command.js';
import { exitCodeOf, named, severalHead } from '../earlier/several.js';

/** Outcome of waiting for one request. */
export interface Waited {
  /** Name for messages. */
  name: string;
  /** Undefined if neither the ledger nor fal knows it. */
  record: EditRecord | undefined;
  error: FalEditError | undefined;
  /** It was already saved, and its files are unchanged. */
  already: boolean;
}

/** Whether it is on the sandbox. For one that is not in the ledger, whether this run uses the sandbox. */
function isPlayed({ record }: Waited, { options }: LedgerCommand['terminal']): boolean {
  return record === undefined ? options.sandbox : record.sandbox;
}

/** Reports on a single request, as an edit reports its own. */
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
    terminal.note(already ? 'It was already saved.' : summaryLine(record));
  }
  return EXIT_OK;
}

/** Reports on several requests: the paths in the order of the requests, then the errors. */
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
  terminal.note(`${done} of ${all.length} ${all.length === 1 ? 'request' : 'requests'} saved.`);
  return exitCodeOf(all.map(({ error }) => error));
}

function documentOf({ name, record, error }: Waited, sandbox: boolean, cwd: string): Record<string, unknown> {
  if (record !== undefined) return editDocument(record, cwd, error);
  return { ...(error === undefined ? {} : errorDocument(error, sandbox)), request_id: name };
}
