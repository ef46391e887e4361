import path from 'node:path';
import type { Context } from '../../context.js';
import { asFalEditError, inputError, InterruptedError, usageError } from '../../errors/error.js';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { errorDocument } from '../edit/document.js';
import { fail } from '../fail.js';
import { comparisonIn, readPicks } from './comparison.js';
import { servePairs } from './serve.js';
import type { CallOf } from '../command.js';
import type { PICK } from './command.js';

/** `fal-edit pick <compare-dir>`: lets a person choose between results without seeing the models. */
export async function runPick(call: CallOf<typeof PICK>): Promise<ExitCode> {
  const { words, settings, context, terminal, json } = call;
  let document: Record<string, unknown> = {};
  try {
    const folder = folderOf(words, context);
    const comparison = await comparisonIn(folder, context);
    if (comparison.sandbox) terminal.note("Made by the sandbox, not by fal's models.");
    if (comparison.pairs === 0) throw nothingToChoose(folder);
    const made = await servePairs(comparison, settings.values['open'] === true, context, terminal);
    const known = await readPicks(folder, context);
    document = { sandbox: comparison.sandbox, out_dir: folder, choices: made, ...known.document };
    if (!json) terminal.result(known.text);
    if (context.signal.aborted) throw leftEarly(context.signal.reason);
    if (json) terminal.json({ schema_version: 1, status: 'ok', ...document });
    return EXIT_OK;
  } catch (error) {
    return fail(
      error,
      terminal,
      (failed) => ({ ...errorDocument(failed, terminal.options.sandbox), ...document }),
      json,
    );
  }
}

function folderOf(words: readonly string[], { cwd }: Pick<Context, 'cwd'>): string {
  const [folder, ...others] = words;
  if (folder !== undefined && folder !== '' && others.length === 0) return path.resolve(cwd, folder);
  throw usageError(
    'Name the folder of one comparison.',
    'fal-edit pick compare.out, after: fal-edit compare photo.jpg -p "…"',
  );
}

function nothingToChoose(folder: string): Error {
  return inputError(`${folder} has no two results of the same picture by different models.`, {
    hint: 'Run the comparison again, and check its compare.html for failures.',
  });
}

function leftEarly(reason: unknown): Error {
  if (!(reason instanceof InterruptedError)) return asFalEditError(reason, 'no');
  return new InterruptedError(reason.signal, 'Stopped before the last pair. Your choices are saved.', {
    hint: 'Run the same command again to continue with the remaining pairs.',
  });
}
