import type { Fields } from '../../batch/manifest/entry.js';
import type { EditingSettings } from '../flags/editing.js';
import { fieldError, usageError } from '../../errors/error.js';
import type { ExitCode } from '../../exit-codes.js';
import type { Model } from '../../models/model.js';
import { findModel } from '../../models/registry.js';
import { cellRows, type Cell } from '../../study/cell.js';
import { comparisonCells } from '../../study/compare/cells.js';
import { asBatch } from '../batch/fail-batch.js';
import type { Outcome } from '../batch/finish.js';
import { runRowsOf } from '../batch/run.js';
import type { Surroundings } from '../batch/surroundings.js';
import { modelSource } from '../model-source.js';
import { cellsError } from './problems.js';
import type { RowSource } from '../../batch/manifest/open.js';
import { comparisonNotes, lackedBy, refusePrompts } from './lacking.js';
import { readWords } from './model-words.js';
import { namedModels, readCompareOptions, type CompareOptions } from './options.js';
import { comparisonOutcome } from './outcome.js';
import { comparedPictures } from './pictures.js';
import { commonOf, settingsOfCells } from './row-settings.js';
import { refusePromptWord } from '../words.js';
import { openPage } from '../open-page.js';
import type { CallOf } from '../command.js';
import type { COMPARE } from './command.js';

/** More than anybody compares by eye; larger comparisons can be split. */
const MOST_EDITS = 10_000;

/** `fal-edit compare <picture…> [model.flag=value…]`: the same edits by several models. */
export function runCompare(call: CallOf<typeof COMPARE>): Promise<ExitCode> {
  return asBatch(call, () => compare(call));
}

async function compare(call: CallOf<typeof COMPARE>): Promise<ExitCode> {
  const { words, settings: resolved, context, terminal } = call;
  await refusePromptWord('compare', words, resolved, context.cwd);
  const models = modelSource(resolved, call);
  for (const name of namedModels(resolved)) await models.load(name, resolved.origins['models'] ?? '--models');
  await models.refuseUnused();
  const { open, preview, ...options } = await readCompareOptions(resolved, context);
  const { pictures, settings: own } = readWords(words, context.cwd);
  refuseOthers([...own.keys()], options.models);
  let page: string | undefined;
  const surroundings = { ...call, models };
  const code = await runComparison({ ...options, pictures, own }, surroundings, (cells) =>
    comparisonOutcome(cells, preview, (written) => (page = written)),
  );
  if (open && page !== undefined) await openPage(page, context, terminal);
  return code;
}

/** Everything that decides what a comparison edits. */
export interface ComparisonPlan extends Omit<CompareOptions, 'open' | 'preview'> {
  /** Pictures as the user named them: paths, folders, patterns or URLs. */
  pictures: readonly string[];
  /** Settings for only one model, by its short name. */
  own: ReadonlyMap<string, Fields>;
}

/** Runs a comparison as a batch. @throws FailedBatch, FalEditError */
export async function runComparison(
  { batch, models, prompts, seeds, pictures: named, own }: ComparisonPlan,
  surroundings: Surroundings,
  outcomeOf: (cells: readonly Cell[]) => Outcome,
): Promise<ExitCode> {
  const { context, terminal } = surroundings;
  const compared = models.map((name) => findModel(name));
  refuseOtherBaseLora(surroundings.settings, compared);
  refusePrompts(compared, prompts, surroundings.settings.origins['prompt']);
  for (const note of comparisonNotes(compared, { prompts, seeds }, surroundings.settings))
    terminal.warn(note);
  const settings = settingsOfCells(surroundings.settings);
  const onSame = (picture: string, first: string): void =>
    terminal.warn(`${picture} is the same picture as ${first}; compared once.`);
  const { pictures, leftOut } = await comparedPictures(named, batch.recursive, batch.outDir, context, onSame);
  refuseTooMany(pictures.length * prompts.length * models.length * seeds.length);
  const cells = comparisonCells({
    ...{ pictures, prompts, seeds, common: commonOf(settings) },
    models: compared.map((model) => ({
      ...{ name: model.name, fields: own.get(model.name) ?? {} },
      lacks: lackedBy(model),
    })),
  });
  const names = new Map([...own].map(([model, fields]) => [model, Object.keys(fields)]));
  const source: RowSource = {
    ...cellRows(sourceName(named), context.cwd, cells),
    leftOut,
    refuse: (problems) => cellsError(problems, cells, settings, names),
  };
  return runRowsOf(source, batch, { ...surroundings, settings }, outcomeOf(cells));
}

function refuseOthers(set: readonly string[], models: readonly string[]): void {
  const other = set.find((model) => !models.includes(model));
  if (other === undefined) return;
  throw usageError(
    `${other} has its own settings but is not compared. Compared: ${models.join(', ')}.`,
    `Add it: --models ${[...models, other].join(',')}`,
  );
}

/** A LoRA fits only the base model that it was trained on. */
function refuseOtherBaseLora({ values, origins }: EditingSettings, models: readonly Model[]): void {
  const [lora] = [values['lora']].flat();
  const bases = models.flatMap(({ base, name }): [string, string][] =>
    base === undefined ? [] : [[base, name]],
  );
  const [one, other] = [...new Map(bases)];
  if (typeof lora !== 'string' || one === undefined || other === undefined) return;
  throw fieldError(
    origins['lora'] ?? '--lora',
    `${lora} cannot fit both ${one[1]} (${one[0]}) and ${other[1]} (${other[0]}): a LoRA only fits the base model it was trained on.`,
    `Set it for only one model: ${one[1]}.lora=${lora}`,
  );
}

function refuseTooMany(edits: number): void {
  if (edits <= MOST_EDITS) return;
  throw usageError(
    `Pictures × prompts × models × seeds make ${edits} edits; at most ${MOST_EDITS} are allowed.`,
    'Compare fewer pictures; a few dozen are enough to tell the models apart.',
  );
}

/** The shell may have expanded one pattern to thousands of names. */
function sourceName(words: readonly string[]): string {
  const [first = '', ...more] = words;
  return more.length < 3 ? words.join(' ') : `${first} and ${more.length} more`;
}
