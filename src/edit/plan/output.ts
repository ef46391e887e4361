import { lstat, stat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, type FalEditError, fieldError, usageError } from '../../errors/error.js';
import { harmlessName, inQuotes, isPrintable } from '../../images/names.js';
import { extensionOf } from '../../images/received.js';
import type { Job, OutputSpec } from '../../ledger/job.js';
import type { Model } from '../../models/model.js';
import { MODELS } from '../../models/registry.js';
import { flagOf, type NameOf, type OutputFormat } from '../../models/request.js';
import { trySaving } from '../pictures/save.js';

/** Placeholders of a template, written in braces. */
export const PLACEHOLDERS = ['name', 'index', 'seed', 'model', 'ext', 'request_id'] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];

/** Template of the default name of a result. */
const DEFAULT_TEMPLATE = '{name}.edit.{ext}';

/** The user's choice of where the pictures go. */
export type OutputChoice = Pick<OutputSpec, 'kind' | 'cwd' | 'template' | 'numberWhenTaken'>;

/**
 * Reads `-o`: a file, a folder (ends in a slash, or is one), a template, or `-`.
 *
 * @param cwd absolute folder that a relative output starts at
 * @param where name of the setting in messages
 * @throws FalEditError (usage) for an unknown placeholder
 */
export async function readOutput(
  output: string | undefined,
  cwd: string,
  where = '--output',
): Promise<OutputChoice> {
  const byName = { kind: 'files', cwd, template: DEFAULT_TEMPLATE, numberWhenTaken: true } as const;
  if (output === undefined) return byName;
  if (output === '-') return { ...byName, kind: 'stream' };
  if (output.trim() === '') throw fieldError(where, `is empty. Give a file, a folder/, a template, or -.`);
  if (!isPrintable(output)) {
    throw fieldError(where, `${inQuotes(output)} contains a control character, which a file name must not.`);
  }
  for (const [, name = ''] of output.matchAll(/\{([^{}]*)\}/g)) {
    if ((PLACEHOLDERS as readonly string[]).includes(name)) continue;
    const known = PLACEHOLDERS.map((placeholder) => `{${placeholder}}`).join(' ');
    throw fieldError(where, `unknown placeholder {${name}}. Available: ${known}.`);
  }
  if (/[\\/]$/.test(output) || (await isFolder(path.resolve(cwd, output)))) {
    return { ...byName, template: path.join(output, DEFAULT_TEMPLATE) };
  }
  return { ...byName, template: output, numberWhenTaken: false };
}

/** Output of a request not sent from here: the default name in the working directory, with its request id. */
export function defaultOutput(
  { requestId, seed }: Pick<Job, 'requestId' | 'seed'>,
  model: Model,
  cwd: string,
): OutputSpec {
  return {
    ...{ kind: 'files', cwd, template: DEFAULT_TEMPLATE, numberWhenTaken: true },
    ...{ name: requestId ?? 'picture', seed, model: model.name, ext: extensionOf(model.defaultFormat) },
    ...{ count: 1, force: false, keepBlanked: false },
  };
}

const FORMAT_OF_EXTENSION: Record<string, OutputFormat> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
};

/** The format that the extension of the output names, if it is one that a model may make. */
export function formatInName({ template }: Pick<OutputSpec, 'template'>): OutputFormat | undefined {
  return FORMAT_OF_EXTENSION[path.extname(template).toLowerCase()];
}

/** Extensions of picture formats that no model makes: using one is a mistake, not a name. */
const OTHER_PICTURES = ['.gif', '.bmp', '.tif', '.tiff', '.avif', '.heic', '.jxl', '.svg', '.ico', '.psd'];

/**
 * The format that the output's extension asks for, if any.
 *
 * @throws FalEditError (usage) if the model cannot make it, or `--format` is different
 */
export function formatOfOutput(
  { kind, template }: Pick<OutputSpec, 'kind' | 'template'>,
  model: Model,
  format: OutputFormat | undefined,
  nameOf: NameOf = flagOf,
): OutputFormat | undefined {
  // Where only fal decides on the format, the name of the output asks for none.
  if (kind === 'stream' || model.formats.length === 0) return format;
  const extension = path.extname(template).toLowerCase();
  const wanted = FORMAT_OF_EXTENSION[extension];
  const label = `${nameOf('output')}: ${path.basename(template)}`;
  if (wanted === undefined) {
    if (!OTHER_PICTURES.includes(extension)) return format;
    throw fieldError(
      label,
      `${model.name} does not make ${extension.slice(1)}, only ${extensionsOf(model)}.`,
    );
  }
  if (!model.formats.includes(wanted)) {
    const other = MODELS.find((candidate) => candidate.formats.includes(wanted));
    throw fieldError(
      label,
      `${model.name} does not make ${wanted}, only ${extensionsOf(model)}.`,
      other === undefined ? undefined : `${other.name} makes ${wanted}: -m ${other.name}`,
    );
  }
  if (format !== undefined && format !== wanted) {
    throw usageError(`${label} asks for ${wanted}, but ${nameOf('format')} for ${format}. Give one.`);
  }
  return wanted;
}

function extensionsOf(model: Model): string {
  return Object.entries(FORMAT_OF_EXTENSION)
    .filter(([, format]) => model.formats.includes(format))
    .map(([extension]) => extension)
    .join(', ');
}

/** As long as the real id, which is known only after the submit. */
const SOME_REQUEST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Absolute path of one picture; the index counts from 0. Several pictures never share a path. Names come from the
 * template and from us, never from the server.
 *
 * @param ext another extension than the requested one
 */
export function pathOf(
  { cwd, template, name, seed, model, ext: wantedExt, count }: OutputSpec,
  index: number,
  requestId = SOME_REQUEST_ID,
  ext = wantedExt,
): string {
  const values: Record<Placeholder, () => string> = {
    name: () => harmlessName(name),
    index: () => String(index + 1),
    seed: () => String(seed),
    model: () => harmlessName(model),
    ext: () => ext,
    request_id: () => harmlessName(requestId),
  };
  const fill = (_: string, placeholder: Placeholder): string => values[placeholder]();
  const file = path.resolve(cwd, template.replace(/\{([^{}]*)\}/g, fill));
  const distinct = count === 1 || template.includes('{index}');
  return distinct ? file : numbered(file, index + 1);
}

/** Whether the extension comes from the picture's format, not from the user. */
export function hasOwnEnding({ template }: Pick<OutputSpec, 'template'>): boolean {
  return !template.endsWith('.{ext}');
}

/** `photo.png`, 2 → `photo.2.png`; the first keeps its name. */
export function numbered(file: string, number: number): string {
  if (number === 1) return file;
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}.${number}${ext}`);
}

/** Longest name of a file in bytes, on nearly every file system. */
const LONGEST_FILE = 255;

/**
 * Finds whatever would stop the pictures from being saved, before anything is sent.
 *
 * @param where name of the setting in messages
 * @param writable folders known to be writable; those found to be are added
 * @returns an error (usage) if a name is taken by a file
 * @throws FalEditError (usage): a folder that is not writable, a name that is a folder's or too long
 */
export async function checkFree(
  output: OutputSpec,
  where = '--output',
  writable = new Set<string>(),
): Promise<FalEditError | undefined> {
  if (output.kind === 'stream') return undefined;
  const files = Array.from({ length: output.count }, (_, index) => pathOf(output, index));
  for (const name of files.map((file) => path.basename(file))) {
    if (Buffer.byteLength(name) <= LONGEST_FILE) continue;
    throw fieldError(where, `the name ${name.slice(0, 40)}… is too long: at most ${LONGEST_FILE} bytes.`);
  }
  for (const folder of new Set(files.map((file) => path.dirname(file)))) {
    if (writable.has(folder)) continue;
    await checkFolder(folder, where);
    writable.add(folder);
  }
  if (output.template.includes('{request_id}') || output.numberWhenTaken) return undefined;
  for (const file of files) {
    if (!(await exists(file))) continue;
    const label = path.relative(output.cwd, file) || file;
    if (await isFolder(file)) throw fieldError(where, `${label} is a folder.`);
    if (output.force) continue;
    return fieldError(
      where,
      `${label} already exists. Nothing was sent.`,
      'Overwrite it with --force, or choose another name.',
    );
  }
  return undefined;
}

/** Checks the folder, or the nearest existing one above it: a missing folder is created later. */
async function checkFolder(folder: string, where: string): Promise<void> {
  let existing = folder;
  while (!(await exists(existing)) && path.dirname(existing) !== existing) existing = path.dirname(existing);
  try {
    await trySaving(existing);
  } catch (error) {
    throw fieldError(
      where,
      `cannot write to the folder ${existing} (${codeOf(error) ?? 'unknown reason'}). Nothing was sent.`,
    );
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    // ENOTDIR: a part of the path is a file; the caller goes up to it and fails to write there.
    return codeOf(error) !== 'ENOTDIR';
  }
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch {
    return false;
  }
}
