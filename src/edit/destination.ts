import { stat } from 'node:fs/promises';
import path from 'node:path';
import { usageError } from '../errors.js';
import type { PictureFormat } from '../images/probe.js';
import { inQuotes, isPrintable } from '../images/names.js';
import type { Model } from '../models/model.js';
import { flagOf, type NameOf, type OutputFormat } from '../models/request.js';
import { MODELS } from '../models/registry.js';

/** Where the pictures go: into files named by a template, or as bytes to stdout. */
export type Destination =
  | {
      kind: 'files';
      /** Path with placeholders, absolute or relative to the working directory. */
      template: string;
      /** Whether a name that is taken gets a number, instead of being refused. */
      numberWhenTaken: boolean;
    }
  | { kind: 'stream' };

/** Placeholders of a template, which stand between braces. */
export const PLACEHOLDERS = ['name', 'index', 'seed', 'model', 'ext', 'request_id'] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Template of the default name of a result. */
export const DEFAULT_TEMPLATE = '{name}.edit.{ext}';

const FORMAT_OF_EXTENSION: Record<string, OutputFormat> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
};

/** Extensions of pictures that no model makes: asking for one is a mistake, not a name. */
const OTHER_PICTURES = ['.gif', '.bmp', '.tif', '.tiff', '.avif', '.heic', '.jxl', '.svg', '.ico', '.psd'];

/**
 * Reads `-o`: a file, a folder (ends in a slash, or is one), a template, or `-`.
 *
 * @param place what to call the setting in a message
 * @throws FalEditError (usage) for an unknown placeholder
 */
export async function readDestination(
  output: string | undefined,
  cwd: string,
  place = '--output',
): Promise<Destination> {
  if (output === undefined) return { kind: 'files', template: DEFAULT_TEMPLATE, numberWhenTaken: true };
  if (output === '-') return { kind: 'stream' };
  if (output.trim() === '') throw usageError(`${place}: is empty. Give a file, a folder/, a template, or -.`);
  if (!isPrintable(output)) {
    throw usageError(
      `${place}: ${inQuotes(output)} contains a control character, which a file name must not.`,
    );
  }
  for (const [, name = ''] of output.matchAll(/\{([^{}]*)\}/g)) {
    if ((PLACEHOLDERS as readonly string[]).includes(name)) continue;
    const known = PLACEHOLDERS.map((placeholder) => `{${placeholder}}`).join(' ');
    throw usageError(`${place}: unknown placeholder {${name}}. Available: ${known}.`);
  }
  if (/[\\/]$/.test(output) || (await isFolder(path.resolve(cwd, output)))) {
    return { kind: 'files', template: path.join(output, DEFAULT_TEMPLATE), numberWhenTaken: true };
  }
  return { kind: 'files', template: output, numberWhenTaken: false };
}

/**
 * The format that the destination's extension asks for, if it does.
 *
 * @throws FalEditError (usage) when the model cannot make it, or `--format` says another
 */
export function formatOfDestination(
  destination: Destination,
  model: Model,
  format: OutputFormat | undefined,
  nameOf: NameOf = flagOf,
): OutputFormat | undefined {
  if (destination.kind === 'stream') return format;
  const extension = path.extname(destination.template).toLowerCase();
  const asked = FORMAT_OF_EXTENSION[extension];
  const shown = `${nameOf('output')}: ${path.basename(destination.template)}`;
  if (asked === undefined) {
    if (!OTHER_PICTURES.includes(extension)) return format;
    throw usageError(
      `${shown}: ${model.name} does not make ${extension.slice(1)}, only ${extensionsOf(model)}.`,
    );
  }
  if (!model.formats.includes(asked)) {
    const other = MODELS.find((candidate) => candidate.formats.includes(asked));
    throw usageError(
      `${shown}: ${model.name} does not make ${asked}, only ${extensionsOf(model)}.`,
      other === undefined ? undefined : `${other.name} makes ${asked}: -m ${other.name}`,
    );
  }
  if (format !== undefined && format !== asked) {
    throw usageError(`${shown} asks for ${asked}, but ${nameOf('format')} for ${format}. Give one.`);
  }
  return asked;
}

function extensionsOf(model: Model): string {
  return Object.entries(FORMAT_OF_EXTENSION)
    .filter(([, format]) => model.formats.includes(format))
    .map(([extension]) => extension)
    .join(', ');
}

/** The usual extension of a format, without the dot. */
export function extensionOf(format: PictureFormat): string {
  return format === 'jpeg' ? 'jpg' : format;
}

/** Picture format of a file extension, given without the dot; undefined for other files. */
export function formatOfExtension(extension: string): PictureFormat | undefined {
  return FORMATS.find((format) => extensionOf(format) === extension);
}

const FORMATS: readonly PictureFormat[] = ['png', 'jpeg', 'webp', 'gif', 'avif', 'heic', 'tiff'];

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch {
    return false;
  }
}
