import path from 'node:path';
import type { Context } from '../context.js';
import { closest } from 'fastest-levenshtein';
import { FalEditError, usageError } from '../errors.js';
import { readConfigFiles, type ConfigFile } from './config-file.js';
import { findKey } from './credentials.js';
import { readVariables, type VariableLayer } from './environment.js';

/** What settings need to know of a flag. */
export interface FlagDefinition {
  name: string;
  value?: string;
  repeatable?: boolean;
}

export type FlagValue = string | boolean | string[];

/** Flag values by long name, with the place that each came from: `--steps`, `FAL_EDIT_STEPS`, a file. */
export interface Settings {
  values: Readonly<Record<string, FlagValue>>;
  /** What to call each value's place in a message. */
  origins: Readonly<Record<string, string>>;
  key: string | undefined;
  /** Absolute folder of the ledger, where the user named one (FAL_EDIT_STATE_DIR). */
  stateDir: string | undefined;
  /** What is wrong with the key that was found: of no matter to a run that needs none. */
  keyProblem?: FalEditError;
}

interface Layer {
  values: Record<string, FlagValue>;
  origins: Record<string, string>;
}

/**
 * Puts the settings together: flags, then environment, then `.env`, then the project's config file, then the
 * user's. Of two flags that exclude each other, the one from the stronger place is kept; both in one place are
 * refused.
 *
 * @param given what stood on the command line, by long name
 */
export async function resolveSettings(
  context: Pick<Context, 'cwd' | 'env' | 'folders'>,
  flags: readonly FlagDefinition[],
  exclusive: readonly (readonly [string, string])[],
  given: Readonly<Record<string, FlagValue>>,
): Promise<Settings> {
  const [variables, files] = await Promise.all([readVariables(context), readConfigFiles(context)]);
  const layers: Layer[] = [
    commandLine(given),
    ...variables.map((layer) => fromVariables(flags, layer)),
    ...files.map((file) => fromFile(flags, file)),
  ];
  const merged: Layer = { values: {}, origins: {} };
  for (const layer of layers) {
    const taken = new Set(Object.keys(merged.values));
    const isOn = (name: string): boolean => (layer.values[name] ?? false) !== false;
    const wasOn = (name: string): boolean => taken.has(name) && merged.values[name] !== false;
    for (const [name, value] of Object.entries(layer.values)) {
      const rivals = exclusive.flatMap(([a, b]) => (a === name ? [b] : b === name ? [a] : []));
      const rival = rivals.find((other) => isOn(name) && isOn(other));
      if (rival !== undefined && !taken.has(rival) && !taken.has(name)) {
        throw usageError(`${origin(layer, name)} and ${origin(layer, rival)} exclude each other. Give one.`);
      }
      if (taken.has(name) || rivals.some(wasOn)) continue;
      merged.values[name] = value;
      merged.origins[name] = origin(layer, name);
    }
  }
  return {
    ...merged,
    values: switchedOn(merged.values),
    stateDir: readStateDir(variables, context.cwd),
    ...readKey(variables, files),
  };
}

/** A switch that is off has done its work once it has hidden the weaker settings: from here on it is not given. */
function switchedOn(values: Layer['values']): Layer['values'] {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== false));
}

function readStateDir(layers: readonly VariableLayer[], cwd: string): string | undefined {
  const named = layers
    .map(({ variables }) => variables['FAL_EDIT_STATE_DIR'] ?? '')
    .find((dir) => dir !== '');
  return named === undefined ? undefined : path.resolve(cwd, named);
}

function readKey(...places: Parameters<typeof findKey>): Pick<Settings, 'key' | 'keyProblem'> {
  try {
    return { key: findKey(...places) };
  } catch (keyProblem) {
    if (!(keyProblem instanceof FalEditError)) throw keyProblem;
    return { key: undefined, keyProblem };
  }
}

function origin(layer: Layer, name: string): string {
  return layer.origins[name] ?? `--${name}`;
}

function commandLine(given: Readonly<Record<string, FlagValue>>): Layer {
  return {
    values: { ...given },
    origins: Object.fromEntries(Object.keys(given).map((name) => [name, `--${name}`])),
  };
}

/** FAL_EDIT_<FLAG> for every flag, and fal's own FAL_PROXY_URL. A repeatable flag takes one value or a JSON list. */
function fromVariables(flags: readonly FlagDefinition[], { origin, variables }: VariableLayer): Layer {
  const layer: Layer = { values: {}, origins: {} };
  for (const flag of flags) {
    const names = [`FAL_EDIT_${flag.name.replaceAll('-', '_').toUpperCase()}`];
    if (flag.name === 'proxy-url') names.push('FAL_PROXY_URL');
    const name = names.find((candidate) => (variables[candidate] ?? '') !== '');
    if (name === undefined) continue;
    const place = origin === '.env' ? `${name} (in .env)` : name;
    const text = variables[name] ?? '';
    put(layer, flag, flag.repeatable === true ? listOf(text, place) : text, place);
  }
  return layer;
}

function listOf(text: string, place: string): unknown {
  if (!text.trimStart().startsWith('[')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw usageError(
      `${place}: starts like a JSON list and is none.`,
      'For example: ["owner/a@0.5","owner/b"]',
    );
  }
}

function fromFile(flags: readonly FlagDefinition[], { file, values }: ConfigFile): Layer {
  const layer: Layer = { values: {}, origins: {} };
  for (const [name, value] of Object.entries(values)) {
    if (name === 'key' || name === '$schema') continue;
    const flag = flags.find((candidate) => candidate.name === name);
    // Another command's flag may stand here too; a flag of none of them is a typing error.
    if (flag === undefined) {
      const near = closest(name, [...flags.map((known) => known.name), 'key']);
      throw usageError(`${file}: "${name}" is no flag of fal-edit.`, `Did you mean "${near}"?`);
    }
    put(layer, flag, value, `"${name}" in ${file}`);
  }
  return layer;
}

/** Puts a value of a weak setting into the form that the command line would have given it. */
function put(layer: Layer, flag: FlagDefinition, value: unknown, place: string): void {
  layer.values[flag.name] = flag.value === undefined ? switchOf(value, place) : valueOf(flag, value, place);
  layer.origins[flag.name] = place;
}

function switchOf(value: unknown, place: string): boolean {
  const state = switchState(value);
  if (state !== undefined) return state;
  throw usageError(`${place}: ${JSON.stringify(value)} is neither on nor off. Allowed: true, false.`);
}

/** Whether a word (1, true, yes, on; 0, false, no, off) or a boolean means on; undefined where it means neither. */
export function switchState(value: unknown): boolean | undefined {
  const text = String(value).trim().toLowerCase();
  if (['1', 'true', 'yes', 'on'].includes(text)) return true;
  return ['0', 'false', 'no', 'off'].includes(text) ? false : undefined;
}

function valueOf(flag: FlagDefinition, value: unknown, place: string): string | string[] {
  const scalar = (item: unknown): string => {
    if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean')
      return String(item);
    throw usageError(
      `${place}: must be ${flag.repeatable === true ? 'text or a list of texts' : 'one value'}.`,
    );
  };
  if (flag.repeatable !== true) return scalar(value);
  return Array.isArray(value) ? value.map(scalar) : [scalar(value)];
}
