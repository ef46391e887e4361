import type { FlagValue } from '../../config/settings.js';
import { EDIT_EXCLUSIVE, type EditingName, type EditingSettings } from '../flags/editing.js';
import type { Context } from '../../context.js';
import { fieldError, usageError } from '../../errors/error.js';
import type { Model } from '../../models/model.js';
import { targetName, type AxisTarget } from '../../study/sweep/target.js';
import { parseValues, type AxisValues } from '../../study/sweep/values.js';
import type { ModelSource } from '../model-source.js';
import { axisTarget } from './axis-target.js';
import { readValuesFile } from './values-file.js';

/** A parsed `--vary`. It may have too many values to list. */
export interface VariedAxis {
  /** As the user wrote it. */
  name: string;
  target: AxisTarget;
  values: AxisValues;
  /** The values come from a file, not from the command line. */
  isFromFile: boolean;
}

/** More values on one axis are refused without listing them. */
const MOST_LISTED = 10_000;

/**
 * Reads the axes of `--vary`.
 *
 * @returns the axes, and the models that the sweep edits with
 * @throws FalEditError (usage, input)
 */
export async function readAxes(
  settings: EditingSettings,
  context: Pick<Context, 'cwd' | 'signal'>,
  source: Pick<ModelSource, 'load'>,
): Promise<{ axes: VariedAxis[]; models: Model[] }> {
  const written = textsOf(settings.values['vary']);
  const where = settings.origins['vary'] ?? '--vary';
  if (written.length === 0) {
    throw usageError(`${where} is missing: say what to vary.`, 'For example: --vary strength=0.3..0.9:0.1');
  }
  const read: Omit<VariedAxis, 'target'>[] = [];
  for (const text of written) read.push(await readAxis(text, where, context));
  const models = await modelsOf(read, settings, where, source);
  const named = read.find(({ name }) => /^loras?$/i.test(name));
  const surroundings = {
    models,
    prompt: typeof settings.values['prompt'] === 'string' ? settings.values['prompt'] : undefined,
    loras: named === undefined ? textsOf(settings.values['lora']).length : 1,
  };
  const axes = read.map((axis) => ({
    ...axis,
    target: axisTarget(axis.name, `${where} ${axis.name}`, surroundings),
  }));
  refuseDouble(axes, settings, where);
  return { axes, models };
}

async function readAxis(
  text: string,
  where: string,
  context: Pick<Context, 'cwd' | 'signal'>,
): Promise<Omit<VariedAxis, 'target'>> {
  const equals = text.indexOf('=');
  const name = text.slice(0, Math.max(0, equals)).trim();
  if (name === '') {
    throw fieldError(
      where,
      `"${text}" must have the form name=values.`,
      'For example: --vary strength=0.3..0.9:0.1',
    );
  }
  const values = text.slice(equals + 1).trim();
  const axis = `${where} ${name}`;
  const isFromFile = values.startsWith('@');
  return {
    name,
    isFromFile,
    values: isFromFile ? await readValuesFile(values.slice(1), axis, context) : parseValues(values, axis),
  };
}

/** Models of an axis, else the one of the settings. */
async function modelsOf(
  read: readonly Omit<VariedAxis, 'target'>[],
  { values, origins }: EditingSettings,
  where: string,
  source: Pick<ModelSource, 'load'>,
): Promise<Model[]> {
  const axis = read.find(({ name }) => name.toLowerCase() === 'model');
  if (axis === undefined || axis.values.count > MOST_LISTED) {
    const name = values['model'];
    return [await source.load(typeof name === 'string' ? name : undefined, origins['model'])];
  }
  return Promise.all(axis.values.list().map((name) => source.load(name, `${where} ${axis.name}`)));
}

/** Refuses an axis given twice, and a flag that an axis would silently override. */
function refuseDouble(
  axes: readonly VariedAxis[],
  { origins, values }: EditingSettings,
  where: string,
): void {
  const known = new Map<string, string>();
  for (const { name, target } of axes) {
    const key = targetName(target);
    const before = known.get(key);
    if (before !== undefined) {
      const what = before === name ? 'is given twice' : `is the same as ${before}`;
      throw fieldError(`${where} ${name}`, `${what}. Put all values into one axis.`);
    }
    known.set(key, name);
    const flag = key.replaceAll('_', '-') as EditingName;
    const rivals = EDIT_EXCLUSIVE.flatMap(([a, b]) => (a === flag ? [b] : b === flag ? [a] : []));
    const hidden = [flag, ...rivals].find((one) => origins[one] === `--${one}` && values[one] !== undefined);
    const isSet =
      target.kind === 'set' && textsOf(values['set']).some((pair) => fieldOfPair(pair) === target.key);
    if (hidden === undefined && !isSet) continue;
    throw usageError(
      `${where} ${name} and --${hidden ?? `set ${flag.slice(4)}`} cannot be used together. Use one of them.`,
    );
  }
}

/** Flags that axes fill from files. */
export function flagsFromFiles(axes: readonly Pick<VariedAxis, 'target' | 'isFromFile'>[]): string[] {
  return axes
    .filter(({ isFromFile }) => isFromFile)
    .map(({ target }) => (target.kind === 'field' ? target.field.replaceAll('_', '-') : target.kind));
}

function fieldOfPair(pair: string): string {
  return (pair.split('=')[0] ?? '').trim().replaceAll('-', '_');
}

function textsOf(value: FlagValue | undefined): string[] {
  return [value ?? []].flat().map(String);
}
