import { fieldError, usageError } from '../errors/error.js';
import type { ConfigFile } from './config-file.js';
import type { VariableLayer } from './environment.js';
import { variableOf, type FlagDefinition, type FlagValue, type SettingSource } from './flag-definition.js';
import type { SettingsFile } from './settings-file.js';
import { didYouMean } from '../near-name.js';

/** Flag values from one source, by long name. */
export interface Layer {
  values: Record<string, FlagValue>;
  /** Name of each value's source in messages. */
  origins: Record<string, string>;
  /** The file of the project that it is from; absent for the user's own values. */
  file?: SettingsFile;
}

/** Flag values from all sources. */
export interface Merged extends Layer {
  /** The file of the project that a value is from, by long name; absent for the user's own values. */
  files: Readonly<Record<string, SettingsFile>>;
}

/** The settings that a command needs. */
export interface Wanted {
  /** All flags that there are. Of two of one name, the command's own. */
  flags: readonly FlagDefinition[];
  /** Names of those that the command reads: only about these it matters whether they are trusted. */
  own: ReadonlySet<string>;
  /** Flags that exclude each other: the stronger source wins, and both in one source are an error. */
  exclusive: readonly (readonly [string, string])[];
}

export function fromCommandLine(given: Readonly<Record<string, FlagValue>>): Layer {
  return {
    values: { ...given },
    origins: Object.fromEntries(Object.keys(given).map((name) => [name, `--${name}`])),
  };
}

/** FAL_EDIT_<FLAG> for every flag, and fal's own FAL_PROXY_URL. A repeatable flag takes one value or a JSON list. */
export function fromVariables({ flags, own }: Wanted, { origin, variables, file }: VariableLayer): Layer {
  const layer: Layer = { values: {}, origins: {}, ...(file === undefined ? {} : { file }) };
  for (const flag of flags) {
    const names = [variableOf(flag.name)];
    if (flag.name === 'proxy-url') names.push('FAL_PROXY_URL');
    const name = names.find((candidate) => (variables[candidate] ?? '') !== '');
    if (name === undefined) continue;
    const where = origin === '.env' ? `${name} (in .env)` : name;
    if (!isSettable(flag, origin, own, where)) continue;
    const text = variables[name] ?? '';
    put(layer, flag, flag.repeatable === true ? listOf(text, where) : text, where);
  }
  return layer;
}

export function fromConfigFile({ flags, own }: Wanted, { file, values, of, content }: ConfigFile): Layer {
  const layer: Layer = { values: {}, origins: {}, ...(of === 'project' ? { file: content } : {}) };
  for (const [name, value] of Object.entries(values)) {
    if (name === 'key' || name === '$schema' || isMap(name, value, file)) continue;
    const flag = flags.find((candidate) => candidate.name === name);
    // Another command's flag is fine here; an unknown flag is a typo.
    if (flag === undefined) {
      throw fieldError(
        file,
        `unknown flag "${name}".`,
        didYouMean(name, [...flags.map((known) => known.name), 'key'], 'fal-edit --help lists the flags.'),
      );
    }
    const where = `"${name}" in ${file}`;
    if (isSettable(flag, of, own, where)) put(layer, flag, value, where);
  }
  return layer;
}

/** Maps of names, besides the flags. `models` is a flag as well, whose value is a text. @throws FalEditError (usage) */
function isMap(name: string, value: unknown, file: string): boolean {
  if (!['models', 'loras', 'presets'].includes(name)) return false;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return true;
  if (name === 'models') return false;
  throw usageError(`"${name}" in ${file}: must be an object, e.g. {"${name}": {"name": …}}.`);
}

/** @throws FalEditError (usage): the command reads the flag, and it cannot be set there */
function isSettable(
  { name, settableIn }: FlagDefinition,
  at: SettingSource,
  own: Wanted['own'],
  where: string,
): boolean {
  if (settableIn === undefined || settableIn.includes(at)) return true;
  if (!own.has(name)) return false;
  const what = {
    environment: 'the environment',
    '.env': '.env',
    project: 'a config file',
    user: 'a config file',
  };
  throw usageError(
    `${where} is refused: --${name} cannot be set in ${what[at]}.`,
    `Give --${name} on the command line instead.`,
  );
}

function listOf(text: string, where: string): unknown {
  if (!text.trimStart().startsWith('[')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw fieldError(
      where,
      'starts like a JSON list but is not one.',
      'For example: ["owner/a@0.5","owner/b"]',
    );
  }
}

/** Converts a value into the form that the command line would have given it. */
function put(layer: Layer, flag: FlagDefinition, value: unknown, where: string): void {
  layer.values[flag.name] = flag.value === undefined ? switchOf(value, where) : valueOf(flag, value, where);
  layer.origins[flag.name] = where;
}

function switchOf(value: unknown, where: string): boolean {
  const state = switchState(value);
  if (state !== undefined) return state;
  throw fieldError(where, `must be true or false, not ${JSON.stringify(value)}.`);
}

/** Whether a word (1, true, yes, on; 0, false, no, off) or a boolean means on; undefined where it means neither. */
export function switchState(value: unknown): boolean | undefined {
  const text = String(value).trim().toLowerCase();
  if (['1', 'true', 'yes', 'on'].includes(text)) return true;
  return ['0', 'false', 'no', 'off'].includes(text) ? false : undefined;
}

function valueOf(flag: FlagDefinition, value: unknown, where: string): FlagValue {
  const scalar = (item: unknown): FlagValue => {
    if (typeof item === 'number' && flag.isNumber === true) return item;
    if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean')
      return String(item);
    throw fieldError(where, `must be ${flag.repeatable === true ? 'text or a list of texts' : 'one value'}.`);
  };
  if (flag.repeatable !== true) return scalar(value);
  return Array.isArray(value) ? value.map(scalar) : [scalar(value)];
}

/** Keeps the value of the strongest source for each flag. @param layers the strongest first */
export function merge(layers: readonly Layer[], exclusive: Wanted['exclusive']): Merged {
  const values: Layer['values'] = {};
  const origins: Layer['origins'] = {};
  const files: Record<string, SettingsFile> = {};
  for (const layer of layers) {
    const taken = new Set(Object.keys(values));
    const isOn = (name: string): boolean => (layer.values[name] ?? false) !== false;
    const wasOn = (name: string): boolean => taken.has(name) && values[name] !== false;
    for (const [name, value] of Object.entries(layer.values)) {
      const rivals = exclusive.flatMap(([a, b]) => (a === name ? [b] : b === name ? [a] : []));
      const rival = rivals.find((other) => isOn(name) && isOn(other));
      if (rival !== undefined && !taken.has(rival) && !taken.has(name)) {
        throw usageError(
          `${originOf(layer, name)} and ${originOf(layer, rival)} exclude each other. Give one.`,
        );
      }
      if (taken.has(name) || rivals.some(wasOn)) continue;
      values[name] = value;
      origins[name] = originOf(layer, name);
      if (layer.file !== undefined) files[name] = layer.file;
    }
  }
  return { values, origins, files };
}

function originOf(layer: Layer, name: string): string {
  return layer.origins[name] ?? `--${name}`;
}
