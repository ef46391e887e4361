import path from 'node:path';
import type { EditingSettings } from '../flags/editing.js';
import { DEFAULT_MODELS } from '../flags/many.js';
import type { Context } from '../../context.js';
import { usageError } from '../../errors/error.js';
import { promptNeed } from '../../models/prompt-need.js';
import { findModel } from '../../models/registry.js';
import { outDirName } from '../batch/open.js';
import { isOnSandbox } from '../connect.js';
import { flagReader } from '../batch/flag-reader.js';
import { readBatchOptions, type BatchOptions } from '../batch/options.js';
import { readText } from '../edit/read-prompt.js';

/** Largest seed that fal's models take. */
const LARGEST_SEED = 2 ** 31 - 1;

/** The flags of a comparison, typed. */
export interface CompareOptions {
  batch: BatchOptions & { outDir: string };
  /** Short names, at least two. */
  models: string[];
  /** Each once, none blank; one empty text if there is none. */
  prompts: string[];
  seeds: number[];
  open: boolean;
  preview: boolean;
}

/** @throws FalEditError (usage, input) naming the flag, and what is allowed */
export async function readCompareOptions(
  settings: EditingSettings,
  context: Pick<Context, 'cwd' | 'stdin' | 'signal'>,
): Promise<CompareOptions> {
  const { values } = settings;
  const read = flagReader(settings);
  const batch = readBatchOptions(settings, context);
  const first = read.whole('seed', 0, LARGEST_SEED) ?? 1;
  const count = read.whole('seeds', 1, 100) ?? 1;
  if (first + count - 1 > LARGEST_SEED) {
    throw usageError(
      `--seed: ${first} leaves no room for ${count} seeds. The largest seed is ${LARGEST_SEED}.`,
    );
  }
  const models = readModels(settings);
  return {
    batch: {
      ...batch,
      outDir: batch.outDir ?? path.resolve(context.cwd, outDirName('compare', isOnSandbox(settings))),
      // Flags of a batch that a comparison does not have.
      ...{ format: undefined, skipInvalid: false, frozen: false, submitOnly: false, collect: false },
      allowOutside: false,
      report: true,
    },
    models,
    prompts: await readPrompts(settings, models, context),
    seeds: Array.from({ length: count }, (_, index) => first + index),
    open: values['open'] === true,
    preview: values['preview'] === true,
  };
}

/** The models of `--models`, as the user wrote them. */
export function namedModels({ values }: Pick<EditingSettings, 'values'>): string[] {
  return (typeof values['models'] === 'string' ? values['models'] : DEFAULT_MODELS).split(',');
}

function readModels({ values, origins }: EditingSettings): string[] {
  const where = origins['models'] ?? '--models';
  const names = namedModels({ values });
  const models = [...new Set(names.map((name) => findModel(name, where).name))];
  if (models.length >= 2) return models;
  throw usageError(
    `${where} must name at least two different models, not ${JSON.stringify(names.join(','))}.`,
    `For example: --models ${DEFAULT_MODELS}`,
  );
}

async function readPrompts(
  settings: EditingSettings,
  models: readonly string[],
  context: Pick<Context, 'cwd' | 'stdin' | 'signal'>,
): Promise<string[]> {
  const prompts = [settings.values['prompt'] ?? []].flat().map(String);
  const isNeeded = models.some((name) => promptNeed(findModel(name)) === 'required');
  if (!isNeeded && prompts.length === 0 && settings.values['prompt-file'] === undefined) return [''];
  if (prompts.length === 0)
    return [await readText(settings, context, 'fal-edit compare photo.jpg -p "a watercolor"')];
  for (const prompt of prompts) {
    if (prompt.trim() !== '') continue;
    throw usageError(`${settings.origins['prompt'] ?? '--prompt'} must not be blank.`);
  }
  return [...new Set(prompts)];
}
