import path from 'node:path';
import { expectationsDocument } from '../batch/expect/expectations.js';
import type { Entry, Fields, FieldValue } from '../batch/manifest/entry.js';
import { openRows, type RowSource } from '../batch/manifest/open.js';
import { resultOf } from '../batch/run/result.js';
import { FailedBatch } from '../commands/batch/fail-batch.js';
import { BATCH_OUTCOME, type Finished, type Outcome } from '../commands/batch/finish.js';
import { outDirName } from '../commands/batch/open.js';
import { readBatchOptions, type BatchOptions } from '../commands/batch/options.js';
import { meaningOf } from '../commands/rows/fields.js';
import { runRowsOf } from '../commands/batch/run.js';
import { sortFields } from '../commands/rows/sorted.js';
import type { Surroundings } from '../commands/batch/surroundings.js';
import { modelSource } from '../commands/model-source.js';
import { runComparison } from '../commands/compare/compare.js';
import { comparisonOutcome } from '../commands/compare/outcome.js';
import { DEFAULT_MODELS } from '../commands/flags/many.js';
import type { EditingSettings } from '../commands/flags/editing.js';
import type { Context } from '../context.js';
import { usageError } from '../errors/error.js';
import { rowsInOrder } from '../ledger/batch/states.js';
import { isSandbox } from '../ledger/spending.js';
import { findModel } from '../models/registry.js';
import type { Comparison } from '../report/compare/document.js';
import type { Terminal } from '../terminal/terminal.js';
import { listenerOf, routeOfCall, stateDirOf, withContext } from './call.js';
import type {
  BatchCall,
  BatchResult,
  BatchRow,
  CompareCall,
  CompareResult,
  ManyCall,
  RowSettings,
} from './many-call.js';

/** @throws FalEditError */
export function runBatchCall(call: BatchCall): Promise<BatchResult> {
  return withContext(call, async (context) => {
    const surroundings = surroundingsOf(call, call.defaults ?? {}, typeof call.rows !== 'string', context);
    const options = {
      ...optionsOf(call, surroundings),
      ...{ skipInvalid: call.skipInvalid === true, report: call.report !== false },
      expectations: call.expect ?? {},
    };
    const source =
      typeof call.rows === 'string'
        ? await openRows([pathOf(call.rows)], options, context)
        : sourceOf(call.rows, context.cwd);
    return runToEnd(surroundings, (recorded) =>
      runRowsOf(source, options, surroundings, recorded(BATCH_OUTCOME)),
    );
  });
}

/** @throws FalEditError */
export function runCompareCall(call: CompareCall): Promise<CompareResult> {
  return withContext(call, async (context) => {
    const quiet = surroundingsOf(call, call.defaults ?? {}, true, context);
    const models = modelSource(quiet.settings, quiet);
    const surroundings = { ...quiet, models };
    const named = [...(call.models ?? DEFAULT_MODELS.split(',')), ...Object.keys(call.settings ?? {})];
    for (const name of named) await models.load(name, 'models');
    const options = optionsOf(call, surroundings);
    const { seed = 1, seeds = 1 } = call;
    const plan = {
      batch: {
        ...options,
        report: true,
        outDir:
          options.outDir ??
          path.resolve(context.cwd, outDirName('compare', surroundings.terminal.options.sandbox)),
      },
      models: modelsOf(call.models ?? DEFAULT_MODELS.split(',')),
      prompts: call.prompt === undefined ? [''] : [...new Set([call.prompt].flat().map(notBlank))],
      seeds: Array.from({ length: seeds }, (_, index) => seed + index),
      pictures: [call.images].flat().map(pathOf),
      own: ownSettings(call),
    };
    let comparison: Comparison | null = null;
    const result = await runToEnd(surroundings, (recorded) =>
      runComparison(plan, surroundings, (cells) =>
        recorded(comparisonOutcome(cells, false, (_, written) => (comparison = written))),
      ),
    );
    return { ...result, comparison };
  });
}

/**
 * Runs a batch, and returns how it ended.
 *
 * @param run takes a function that adds the recording to the outcome of the run
 * @throws FalEditError: it could not begin, or was interrupted
 */
async function runToEnd(
  { terminal, context }: Quiet,
  run: (recorded: (outcome: Outcome) => Outcome) => Promise<unknown>,
): Promise<BatchResult> {
  let result: Omit<BatchResult, 'warnings'> | undefined;
  try {
    await run((outcome) => ({
      ...outcome,
      write: (finished) => {
        result = resultOfRun(finished, context);
        return outcome.write(finished);
      },
    }));
  } catch (error) {
    throw error instanceof FailedBatch ? error.error : error;
  }
  if (result === undefined) throw new Error('A batch ended without a result.');
  if (result.error?.kind === 'interrupted') throw result.error;
  return { ...result, warnings: terminal.warnings };
}

function resultOfRun(
  { ledger, folder, summary, ending }: Finished,
  { secrets }: Context,
): Omit<BatchResult, 'warnings'> {
  const rows = [...rowsInOrder(ledger)].map((row) => secrets.redactIn(resultOf(row, folder)));
  return { summary, rows, outDir: folder, error: ending ?? null };
}

/** A command's surroundings, with a terminal that prints nothing. */
interface Quiet extends Surroundings {
  terminal: Terminal & { warnings: string[] };
}

/** @param literal the prompts have no placeholders */
function surroundingsOf(call: ManyCall, defaults: RowSettings, literal: boolean, outer: Context): Quiet {
  const route = routeOfCall(call, outer);
  // The job page of a workflow is not the library's to write.
  const context = { ...outer, env: { ...outer.env, GITHUB_ACTIONS: undefined } };
  const { connection } = route;
  const { values, origins } = sortFields(fieldsOf(defaults, literal));
  const settings: EditingSettings = {
    values: {
      ...values,
      ...(call.sandbox === true ? { sandbox: true } : {}),
      ...(call.schema === undefined ? {} : { schema: [call.schema].flat() }),
      ...(call.schemaMaxAgeMs === undefined ? {} : { 'schema-max-age': `${call.schemaMaxAgeMs}ms` }),
      ...(connection.proxyUrl === undefined ? {} : { 'proxy-url': connection.proxyUrl }),
    },
    origins: { ...origins, 'proxy-url': 'proxyUrl', schema: 'schema' },
    key: connection.key,
    stateDir: stateDirOf(call, context),
  };
  const terminal = quietTerminal(context, isSandbox(route.via));
  return { settings, context, terminal, json: false, onEvent: listenerOf(call) };
}

/** Everything that the command would take from flags. */
function optionsOf(call: ManyCall, { settings, context }: Quiet): BatchOptions {
  const { outDir, concurrency, retry, maxFailures, timeoutMs } = call;
  const defaults = readBatchOptions({ ...settings, values: {} }, context);
  return {
    ...defaults,
    ...{ yes: true, again: call.again === true, cancelOnTimeout: call.cancelOnTimeout === true },
    ...{ maxCostUsd: call.maxCostUsd, dailyCapUsd: call.dailyCapUsd, maxJobs: call.maxJobs },
    assumedUsd: call.assumeCostUsd,
    maxFailures: maxFailures === undefined ? undefined : { count: maxFailures },
    outDir: outDir === undefined ? undefined : path.resolve(context.cwd, outDir),
    concurrency: concurrency ?? defaults.concurrency,
    retry: retry ?? defaults.retry,
    timeoutMs: timeoutMs ?? defaults.timeoutMs,
  };
}

function sourceOf(rows: readonly BatchRow[], cwd: string): RowSource {
  return {
    ...{ name: 'rows', folder: cwd, isManifest: true, fromFile: [], flagsAreDefaults: true },
    rows: async function* (): AsyncGenerator<Entry> {
      for (const [index, { id, expect, ...settings }] of rows.entries()) {
        const fields = {
          ...(id === undefined ? {} : { id }),
          ...fieldsOf(settings, true),
          ...(expect === undefined ? {} : { expect: expectationsDocument(expect) }),
        };
        yield await Promise.resolve({
          kind: 'row' as const,
          place: { file: `rows[${index}]`, line: undefined },
          fields,
        });
      }
    },
  };
}

/** Settings as a row of a manifest has them. @param literal braces in the prompt are text */
function fieldsOf({ safetyChecker, prompt, ...settings }: RowSettings, literal: boolean): Fields {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(given) as Record<string, FieldValue>),
    ...(prompt === undefined
      ? {}
      : { prompt: literal ? prompt.replaceAll('{', '{{').replaceAll('}', '}}') : prompt }),
    ...(safetyChecker === undefined ? {} : { no_safety_checker: !safetyChecker }),
  };
}

function ownSettings({
  settings = {},
  models = DEFAULT_MODELS.split(','),
}: CompareCall): Map<string, Fields> {
  const compared = modelsOf(models);
  return new Map(
    Object.entries(settings).map(([name, own]) => {
      const model = findModel(name, 'settings').name;
      if (!compared.includes(model)) {
        throw usageError(`settings.${name}: ${model} is not compared. Compared: ${compared.join(', ')}.`);
      }
      const fields = Object.entries(fieldsOf(own, true)).flatMap(([field, value]): [string, FieldValue][] => {
        const meaning = meaningOf(field);
        return meaning?.kind === 'flag' ? [[meaning.flag.name, value]] : [];
      });
      return [model, Object.fromEntries(fields)];
    }),
  );
}

function modelsOf(names: readonly string[]): string[] {
  const models = [...new Set(names.map((name) => findModel(name, 'models').name))];
  if (models.length >= 2) return models;
  throw usageError('models must name at least two different models.');
}

function notBlank(prompt: string): string {
  if (prompt.trim() === '') throw usageError('prompt must not be blank.');
  return prompt;
}

function pathOf(word: string): string {
  if (word === '-') throw usageError('"-" works only on the command line. Name a file.');
  return word;
}

function quietTerminal({ secrets }: Context, sandbox: boolean): Quiet['terminal'] {
  const warnings: string[] = [];
  const silent = (): void => undefined;
  return {
    options: {
      ...{ quiet: true, verbose: false, debug: false, noColor: true, sandbox },
      redact: secrets.redact,
    },
    ...{ animated: false, coloured: false, paint: (_, text) => text },
    ...{ result: silent, drawn: silent, note: silent, error: silent, json: silent, command: silent },
    warn: (message) => void warnings.push(secrets.redact(message)),
    warnings,
  };
}
