import type { Context } from '../../context.js';
import { SINGLE_EDIT } from '../../edit/next-steps.js';
import { planEdit, type EditPlan } from '../../edit/plan/plan.js';
import { recordOf, type EditOutcome, type EditRecord } from '../../edit/record.js';
import { runEdit } from '../../edit/run.js';
import { usageError } from '../../errors/error.js';
import { EXIT_CODES, EXIT_OK, type ExitCode } from '../../exit-codes.js';
import type { Model } from '../../models/model.js';
import { findModel } from '../../models/registry.js';
import { setEntries } from '../../models/set-fields.js';
import { readEditWords } from '../words.js';
import type { Ledger } from '../../ledger/ledger.js';
import { openProgress, type Progress } from '../../terminal/progress.js';
import type { Terminal } from '../../terminal/terminal.js';
import { proxiesOf } from '../../fal/connection.js';
import type { Route } from '../../fal/route.js';
import { openRoute, proxyWarning, readRoute, requireKey, traceTo } from '../connect.js';
import { modelSource, type ModelSource } from '../model-source.js';
import { dryRun } from './dry-run.js';
import { editDocument } from './document.js';
import { ignoredText, withoutIgnored } from './ignored-settings.js';
import { readEditOptions, type EditOptions } from './options.js';
import { printPaths, refusePictureOnTerminal, summaryLine, writeWhole } from '../edit-results.js';
import { fail } from '../fail.js';
import { offerUnfinished, openLedger } from '../open-ledger.js';
import type { EditingName, EditingSettings } from '../flags/editing.js';
import type { CallOf } from '../command.js';
import { SHORT_HELP, type EDIT } from './command.js';

/** `fal-edit <image...> -p <prompt>`: one edit, from flags to files. */
export async function runEditCommand(call: CallOf<typeof EDIT>): Promise<ExitCode> {
  const { words, context, terminal, json } = call;
  const settings: EditingSettings = call.settings;
  const { values } = settings;
  if (words.length === 0 && !json && isBare(settings)) return showShortHelp(context);
  let record: EditRecord | undefined;
  try {
    refuseContradictions(settings);
    const models = modelSource(settings, call);
    await models.load(modelName(settings), settings.origins['model']);
    await models.refuseUnused();
    const { settings: fitting, ignored } = withoutIgnored(
      settings,
      (flag) => settings.origins[flag] === `--${flag}`,
      new Set(
        settings.origins['set'] === '--set' ? setEntries(values['set'], '--set').map(([key]) => key) : [],
      ),
    );
    for (const setting of ignored) terminal.note(ignoredText(setting));
    const { images, prompt } = await readEditWords(words, fitting, modelOf(fitting), context.cwd);
    const options = await readEditOptions(withPrompt(fitting, prompt), images, context);
    const declared = readRoute(settings, context);
    const plan = await planEdit(options, context);
    if (plan.output.kind === 'stream') refusePictureOnTerminal(context);
    if (options.dryRun) {
      if (plan.nameTaken !== undefined) throw plan.nameTaken;
      await dryRun(plan, { route: declared, context }, terminal, {
        json,
        assumption: options.assumption,
        proxies: values['sandbox'] === true ? [] : proxiesOf(declared.connection, 'all'),
      });
      return EXIT_OK;
    }
    requireKey(settings, declared);
    const warning = proxyWarning(settings, declared.connection);
    if (warning !== undefined) terminal.warn(warning);
    const ledger = await openLedger(settings, context);
    record = { ...recordOf(plan), sandbox: terminal.options.sandbox };
    try {
      const outcome = await run(plan, options, { ...call, ledger, declared, models });
      record = outcome.record;
      if (outcome.error !== undefined) throw outcome.error;
    } finally {
      ledger.close();
    }
    if (options.detach) {
      tellWhereItIs(record, terminal, json);
      return EXIT_OK;
    }
    if (json) terminal.json(editDocument(record, context.cwd));
    else printPaths(record, context, terminal);
    if (!json) terminal.note(summaryLine(record));
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

type EditCall = Pick<CallOf<typeof EDIT>, 'settings' | 'context' | 'terminal'> & {
  ledger: Ledger;
  /** The way to fal according to the settings; it may be a sandbox that has yet to be started. */
  declared: Route;
  models: ModelSource;
};

async function run(
  plan: EditPlan,
  { timeoutMs, cancelOnTimeout, detach, again, caps, assumption }: EditOptions,
  { settings, context, terminal, ledger, declared, models }: EditCall,
): Promise<EditOutcome> {
  if (!again) offerUnfinished(ledger, declared.via, terminal);
  const opened = await openRoute(settings, declared, context, models.documents());
  let progress: Progress | undefined;
  try {
    progress = await openProgress(terminal, context);
    const { show } = progress;
    const env = { context, ledger, route: opened.route, trace: traceTo(terminal) };
    return await runEdit(plan, env, {
      ...{ timeoutMs, cancelOnTimeout, detach, again, caps, assumption },
      write: (bytes) => writeWhole(context, bytes),
      onEvent: show,
    });
  } finally {
    progress?.stop();
    await opened.close();
  }
}

/** Whether nothing was typed and no setting names a picture or a prompt. */
function isBare({ values, origins }: EditingSettings): boolean {
  const isSet = (['image', 'prompt', 'prompt-file'] as const).some((name) => values[name] !== undefined);
  return !isSet && Object.entries(origins).every(([name, origin]) => origin !== `--${name}`);
}

/** Prints help and succeeds on a terminal; in a script, a missing argument is an error. */
function showShortHelp({ stdout, stderr }: Context): ExitCode {
  if (stdout.isTTY === true) {
    stdout.write(SHORT_HELP);
    return EXIT_OK;
  }
  stderr.write(SHORT_HELP);
  return EXIT_CODES.usage.code;
}

function modelName({ values }: EditingSettings): string | undefined {
  const name = values['model'];
  return typeof name === 'string' ? name : undefined;
}

function modelOf(settings: EditingSettings): Model {
  return findModel(modelName(settings), settings.origins['model']);
}

/** A prompt among the words counts like one of -p. */
function withPrompt(settings: EditingSettings, prompt: string | undefined): EditingSettings {
  if (prompt === undefined) return settings;
  const values = Object.entries(settings.values).filter(([name]) => name !== 'prompt-file');
  return {
    ...settings,
    values: { ...Object.fromEntries(values), prompt },
    origins: { ...settings.origins, prompt: '--prompt' },
  };
}

function refuseContradictions(settings: EditingSettings): void {
  const { values, origins } = settings;
  const name = (flag: EditingName): string => origins[flag] ?? `--${flag}`;
  if (values['output'] === '-' && values['json'] === true) {
    throw usageError(`${name('output')} - and ${name('json')} both write to stdout. Use one of them.`);
  }
  if (values['detach'] === true && values['output'] === '-') {
    throw usageError(
      `${name('detach')} exits before there is a picture for ${name('output')} -. Use one of them.`,
    );
  }
  if (values['detach'] === true && values['sandbox'] === true) {
    throw usageError(
      `${name('detach')} cannot be used with --sandbox: the built-in sandbox ends with the run.`,
      'Start one with fal-edit sandbox, and set FAL_PROXY_URL to its address.',
    );
  }
}

/** Prints the request id, the result of --detach. */
function tellWhereItIs(record: EditRecord, terminal: Terminal, json: boolean): void {
  const { requestId } = record;
  if (json) terminal.json(editDocument(record, ''));
  else terminal.result(requestId ?? '');
  terminal.note(`fal accepted it. ${SINGLE_EDIT.fetch(requestId ?? '')}`);
}
