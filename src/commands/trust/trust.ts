import { statSync } from 'node:fs';
import path from 'node:path';
import { findProjectConfig, parseConfig, type ConfigFile } from '../../config/config-file.js';
import { fromDotEnv, readDotEnv } from '../../config/environment.js';
import { type FlagDefinition, valueText } from '../../config/flag-definition.js';
import { fromConfigFile, fromVariables, type Layer } from '../../config/layers.js';
import { namesModels } from '../../config/model-names.js';
import { objection } from '../../config/project-rules.js';
import { readSettingsFile, type SettingsFile } from '../../config/settings-file.js';
import {
  readTrusted,
  trustName,
  trustStateOf,
  writeTrusted,
  type TrustState,
} from '../../config/trust-store.js';
import { STATE_DIR } from '../../config/variable-names.js';
import type { Context } from '../../context.js';
import { inputError, usageError } from '../../errors/error.js';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { displayName } from '../../images/names.js';
import { SHORT_NAMES } from '../../models/short-names.js';
import { harmlessLine } from '../../terminal/plain.js';
import { tableLines, type Column } from '../../terminal/table.js';
import type { Terminal } from '../../terminal/terminal.js';
import { errorDocument, SCHEMA_VERSION } from '../edit/document.js';
import { fail } from '../fail.js';
import type { CallOf } from '../command.js';
import type { Flag } from '../flag.js';
import type { TRUST } from './command.js';

/** A settings file, with the settings that trusting it allows. */
interface TrustEntry {
  file: string;
  state: TrustState | 'missing';
  /** Settings in the file that only a trusted file may set. */
  settings: { name: string; value: string }[];
}

/**
 * `fal-edit trust [folder]`: trusts the settings files that apply in a folder, as they are now. It reads no settings
 * itself: an invalid or malicious settings file must not stop it from working.
 */
export async function runTrust(call: CallOf<typeof TRUST>): Promise<ExitCode> {
  const { words, settings, context, terminal, json, known } = call;
  const { values } = settings;
  let folder: string | null = null;
  try {
    const list = values['list'] === true;
    if (!list) folder = folderOf(words, context);
    else if (words.length > 0) throw usageError('--list shows all folders and takes no argument.');
    const entries = await (folder === null
      ? listed(context)
      : values['remove'] === true
        ? removed(folder, context)
        : trusted(folder, values['dry-run'] === true, known, context));
    if (json) terminal.json(documentOf(folder, entries));
    else await print(entries, terminal, context);
    if (values['dry-run'] === true) terminal.note('Dry run: no file was trusted.');
    return EXIT_OK;
  } catch (error) {
    return fail(
      error,
      terminal,
      (failed) => ({ ...documentOf(folder, []), ...errorDocument(failed, false) }),
      json,
    );
  }
}

function folderOf(words: readonly string[], { cwd }: Context): string {
  if (words.length > 1) throw usageError('Name one folder.', 'fal-edit trust ../shop');
  const folder = path.resolve(cwd, words[0] ?? '.');
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
  throw inputError(`${displayName(words[0] ?? folder)}: no such folder.`);
}

/** Trusts the files that apply in a folder. @param dry only show them */
async function trusted(
  folder: string,
  dry: boolean,
  flags: readonly Flag[],
  context: Context,
): Promise<TrustEntry[]> {
  const files = await filesOf(folder, context);
  if (files.length === 0) {
    throw inputError(
      `${displayName(folder)} has no .env, and there is no fal-edit.config.json in it or above it.`,
    );
  }
  const known = new Map(await readTrusted(context));
  const entries = files.map((file) => ({
    file: file.path,
    state: dry ? trustStateOf(known, file) : ('trusted' as const),
    settings: allowedByTrust(file, folder, flags, context),
  }));
  if (!dry) {
    for (const { path: file, sha256 } of files) known.set(trustName(file), sha256);
    await writeTrusted(context, known);
  }
  return entries;
}

/** Removes trust from the files that apply in a folder, and from deleted files in it. */
async function removed(folder: string, context: Context): Promise<TrustEntry[]> {
  const known = new Map(await readTrusted(context));
  const applying = new Set((await filesOf(folder, context)).map((file) => trustName(file.path)));
  const real = path.dirname(trustName(path.join(folder, '.env')));
  const names = [...known.keys()].filter((name) => applying.has(name) || path.dirname(name) === real);
  for (const name of names) known.delete(name);
  if (names.length > 0) await writeTrusted(context, known);
  return names.map((file) => ({ file, state: 'untrusted', settings: [] }));
}

/** All trusted files, including those that have changed since. */
async function listed(context: Context): Promise<TrustEntry[]> {
  const known = await readTrusted(context);
  const entries: TrustEntry[] = [];
  for (const file of known.keys()) {
    const found = await readSettingsFile(file).catch(() => undefined);
    const state = found === undefined ? 'missing' : trustStateOf(known, found);
    entries.push({ file, state, settings: [] });
  }
  return entries;
}

async function filesOf(folder: string, { env }: Context): Promise<SettingsFile[]> {
  const found = await Promise.all([readDotEnv(folder), findProjectConfig(folder, env)]);
  return found.filter((file) => file !== undefined);
}

/** Settings of a file that need trust. Refuses a file that is not a valid settings file. */
function allowedByTrust(
  file: SettingsFile,
  cwd: string,
  flags: readonly Flag[],
  { secrets }: Context,
): TrustEntry['settings'] {
  const isDotEnv = path.basename(file.path) === '.env';
  const wanted = { flags, own: new Set<string>(), exclusive: [] };
  const layer: Layer = isDotEnv
    ? fromVariables(wanted, { ...fromDotEnv(file), file })
    : fromConfigFile(wanted, parseConfig(file, 'project'));
  const byName = new Map<string, FlagDefinition>(flags.map((flag) => [flag.name, flag]));
  const folders = { cwd, folder: path.dirname(file.path) };
  const proxy = layer.values['proxy-url'];
  if (typeof proxy === 'string') secrets.addUrl(proxy);
  const settings = Object.entries(layer.values).flatMap(([name, value]) => {
    const flag = byName.get(name);
    const isFree =
      flag === undefined ||
      (flag.fromProject !== 'stricter' && objection(flag, value, folders) === undefined);
    return isFree ? [] : [{ name, value: [value].flat().map(valueText).join(' ') }];
  });
  const names = isDotEnv ? [] : redefinedNames(parseConfig(file, 'project'));
  const stateDir = isDotEnv ? (fromDotEnv(file).variables[STATE_DIR] ?? '') : '';
  return [...settings, ...names, ...(stateDir === '' ? [] : [{ name: STATE_DIR, value: stateDir }])];
}

/** Short names that a config file gives another meaning. */
function redefinedNames({ values }: ConfigFile): TrustEntry['settings'] {
  if (!namesModels({ values })) return [];
  return Object.entries(values['models'] as object).flatMap(([name, endpoint]: [string, unknown]) =>
    Object.hasOwn(SHORT_NAMES, name) && SHORT_NAMES[name] !== endpoint
      ? [{ name: `models ${name}`, value: String(endpoint) }]
      : [],
  );
}

function documentOf(folder: string | null, files: readonly TrustEntry[]): Record<string, unknown> {
  return { schema_version: SCHEMA_VERSION, status: 'ok', sandbox: false, error: null, folder, files };
}

const COLUMNS: readonly Column[] = [{ title: 'STATE' }, { title: 'FILE', whole: true }];

/** Prints a table of the files on stdout, and the settings that trust allows on stderr. */
async function print(
  entries: readonly TrustEntry[],
  terminal: Terminal,
  { stdout }: Pick<Context, 'stdout'>,
): Promise<void> {
  const rows = entries.map(({ file, state }) => [state, displayName(file)]);
  const [titles = '', ...lines] = await tableLines(COLUMNS, rows, stdout);
  terminal.result(titles);
  for (const [index, { settings }] of entries.entries()) {
    terminal.result(lines[index] ?? '');
    for (const { name, value } of settings) terminal.note(harmlessLine(`  ${name}: ${value}`));
  }
  if (entries.length === 0) terminal.note('No files are trusted there.');
}
