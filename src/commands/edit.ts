import { resolveSettings, type FlagValue, type Settings } from '../config/settings.js';
import { redactor } from '../config/redaction.js';
import type { Context } from '../context.js';
import { planEdit, type EditPlan } from '../edit/plan.js';
import { recordOf, type EditRecord } from '../edit/record.js';
import { runEdit } from '../edit/run.js';
import { FalEditError, usageError } from '../errors.js';
import { EXIT_OK, type ExitCode } from '../exit-codes.js';
import { openProgress, type Progress } from '../terminal/progress.js';
import { openTerminal, type Terminal } from '../terminal/terminal.js';
import { ALL_FLAGS } from './all-flags.js';
import { openConnection, proxyWarning, readConnection, requireKey } from './connect.js';
import { dryRun } from './dry-run.js';
import { editDocument, shortPath } from './edit-document.js';
import { EDIT_EXCLUSIVE } from './edit-flags.js';
import { readEditOptions, type EditOptions } from './edit-options.js';
import { summaryLine } from './edit-summary.js';
import { fail } from './fail.js';

/** `fal-edit <image...> -p <prompt>`: one edit, from flags to files. */
export async function editCommand(
  images: readonly string[],
  given: Readonly<Record<string, FlagValue>>,
  context: Context,
): Promise<ExitCode> {
  const settings = await resolveSettings(context, ALL_FLAGS, EDIT_EXCLUSIVE, given);
  const { values } = settings;
  const json = values['json'] === true;
  const terminal = await openTerminal(context, {
    quiet: values['quiet'] === true,
    verbose: values['verbose'] === true,
    debug: values['debug'] === true,
    noColor: values['no-color'] === true,
    redact: redactor(settings.key),
  });
  let record: EditRecord | undefined;
  try {
    refuseContradictions(settings);
    const options = await readEditOptions(settings, images, context);
    const declared = readConnection(settings);
    const plan = await planEdit(options, context);
    if (plan.targets === undefined) refusePictureOnTerminal(context);
    if (options.dryRun) {
      await dryRun(plan, declared, context, terminal, json);
      return EXIT_OK;
    }
    requireKey(settings, declared);
    const warning = proxyWarning(settings, declared);
    if (warning !== undefined) terminal.warn(warning);
    record = recordOf(plan);
    await run(plan, record, options, settings, context, terminal);
    if (json) terminal.json(editDocument(record, context.cwd));
    else printPaths(record, context, terminal);
    if (!json) terminal.note(summaryLine(record, values['sandbox'] === true));
    return EXIT_OK;
  } catch (error) {
    const known = record;
    if (known !== undefined && !json) printPaths(known, context, terminal);
    return fail(
      error,
      terminal,
      json && known !== undefined ? (e) => editDocument(known, context.cwd, e) : undefined,
      json,
    );
  }
}

async function run(
  plan: EditPlan,
  record: EditRecord,
  options: EditOptions,
  settings: Settings,
  context: Context,
  terminal: Terminal,
): Promise<void> {
  const opened = await openConnection(settings, readConnection(settings));
  let progress: Progress | undefined;
  try {
    progress = await openProgress(terminal, context);
    const { show } = progress;
    await runEdit(plan, record, {
      context,
      connection: opened.connection,
      timeoutMs: options.timeoutMs,
      keepBlanked: options.keepBlanked,
      write: (bytes) => writeWhole(context, bytes),
      onEvent: show,
      ...(terminal.options.debug ? { trace: (line: string) => terminal.note(line) } : {}),
    });
  } finally {
    progress?.stop();
    await opened.close();
  }
}

function refuseContradictions({ values, origins }: Settings): void {
  const name = (flag: string): string => origins[flag] ?? `--${flag}`;
  if (values['output'] === '-' && values['json'] === true) {
    throw usageError(`${name('output')} - and ${name('json')} both want stdout. Give one.`);
  }
  if (values['quiet'] === true && values['verbose'] === true) {
    throw usageError(`${name('quiet')} and ${name('verbose')} exclude each other. Give one.`);
  }
}

function refusePictureOnTerminal({ stdout }: Context): void {
  if (stdout.isTTY !== true) return;
  throw usageError(
    '--output -: stdout is a terminal, which cannot show the bytes of a picture.',
    'Redirect it: … -o - > out.png',
  );
}

/** The results, one written path a line. */
function printPaths(record: EditRecord, { cwd }: Context, terminal: Terminal): void {
  for (const { path } of record.images) {
    if (path !== null && path !== '-') terminal.result(shortPath(path, cwd));
  }
}

/** Waits until the pipe has taken it all. */
function writeWhole({ stdout }: Context, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout.write(bytes, (error) => {
      if (error == null) resolve();
      else
        reject(
          new FalEditError('failed', `The picture could not be written to stdout: ${error.message}`, {
            charged: 'yes',
          }),
        );
    });
  });
}
