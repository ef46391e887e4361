import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { isBelow } from '../../batch/folder/out-dir.js';
import { fieldError } from '../../errors/error.js';
import { displayName } from '../../images/names.js';
import { otherSpelling } from '../../images/named-file.js';
import { findFileFields } from '../../models/fields.js';
import { setEntries } from '../../models/set-fields.js';
import type { EditOptions } from '../edit/options.js';
import type { SortedRow } from '../rows/sorted.js';

/**
 * Checks the files that a row names. INVARIANT: a manifest may only name files in its own folder. Its author may not
 * be the user, and the contents of prompt files and weights are sent to fal. Pictures are checked by their content
 * instead.
 */
export interface RowFiles {
  /** Call before reading the prompt file of a row. @throws FalEditError (usage) naming the field */
  checkPromptFile: (row: SortedRow) => Promise<void>;
  /** Call before reading the other files of a row. @throws FalEditError (usage) naming the field */
  checkOthers: (row: SortedRow, options: EditOptions) => Promise<void>;
}

/** Files that rows may name. */
export interface RowTrust {
  /** Fields whose values come from a file, not from the command line. */
  fromFile: 'all' | readonly string[];
  /** The user allows files in any folder. */
  allowOutside: boolean;
}

/** @param folder absolute, of the rows */
export function rowFiles(folder: string, { fromFile, allowOutside }: RowTrust): RowFiles {
  let root: Promise<string> | undefined;
  /** Many rows name the same file. */
  const known = new Map<string, Promise<string | undefined>>();

  async function problemOf(file: string): Promise<string | undefined> {
    const named = path.resolve(folder, file);
    // It is read by its name on the disk, which may be a link.
    const absolute = (await otherSpelling(named)) ?? named;
    if (!allowOutside) {
      root ??= realpath(folder).catch(() => folder);
      // A missing file is reported as missing, unless its folder is not allowed.
      const real = await realpath(absolute).catch(() => undefined);
      const isInside = real === undefined ? isBelow(absolute, folder) : isBelow(real, await root);
      if (!isInside) {
        return `${displayName(file)} is outside the folder ${displayName(folder)}. Move it there, or use --allow-outside.`;
      }
    }
    const found = await stat(absolute).catch(() => undefined);
    const isOther = found !== undefined && !found.isFile() && !found.isDirectory();
    return isOther ? `${displayName(file)} is a pipe or a device, not a file.` : undefined;
  }

  async function check(field: string, where: string, file: string): Promise<void> {
    if (fromFile !== 'all' && !fromFile.includes(field)) return;
    let reading = known.get(file);
    if (reading === undefined) {
      reading = problemOf(file);
      known.set(file, reading);
    }
    const problem = await reading;
    if (problem !== undefined) throw fieldError(where, problem);
  }

  return {
    checkPromptFile: async ({ values, origins }) => {
      const file = values['prompt-file'];
      if (typeof file === 'string') await check('prompt-file', origins['prompt-file'] ?? 'prompt_file', file);
    },
    checkOthers: async ({ values, origins }, { model, request }) => {
      if (values['lora'] !== undefined) {
        for (const { path: file } of request.loras ?? []) {
          if (isWeightsFile(file)) await check('lora', origins['lora'] ?? 'lora', file);
        }
      }
      if (values['file'] !== undefined) {
        const pictures = new Set(
          findFileFields(model.input, request.set).flatMap(({ role, path: at }) =>
            role === 'picture' ? [at.join('.')] : [],
          ),
        );
        for (const { path: at, value: file } of request.files ?? []) {
          const key = at.join('.');
          if (!pictures.has(key) && isLocal(file))
            await check('file', `${origins['file'] ?? 'file'} ${key}`, file);
        }
      }
      if (values['set'] === undefined) return;
      const own = new Set(setEntries(values['set'], origins['set'] ?? 'set').map(([key]) => key));
      for (const [key, value] of Object.entries(request.set ?? {})) {
        if (!own.has(key)) continue;
        for (const { role, value: file } of findFileFields(model.input, { [key]: value })) {
          if (role !== 'picture' && isWeightsFile(file))
            await check('set', `${origins['set'] ?? 'set'} ${key}`, file);
        }
      }
    },
  };
}

function isLocal(file: string): boolean {
  return !/^[a-z][a-z0-9+.-]+:/i.test(file);
}

/** Whether a value is a file to upload, not a URL or an id. */
function isWeightsFile(value: string): boolean {
  return value.toLowerCase().endsWith('.safetensors') && !/^https?:\/\//i.test(value);
}
