import path from 'node:path';
import type { Fields } from '../../batch/manifest/entry.js';
import { fillPrompt } from '../../batch/rows/template.js';
import type { Context } from '../../context.js';
import { fieldError, problemsError, usageError } from '../../errors/error.js';
import { withLocalFiles } from '../../migrate/local-files.js';
import { readInstead } from '../../migrate/model-fields.js';
import { keptRequest, looksLikeRequest } from '../../migrate/request.js';
import { promptNeed } from '../../models/prompt-need.js';
import { toInput } from '../../models/wire.js';
import type { Model } from '../../models/model.js';
import { sortFields, type SortedRow } from '../rows/sorted.js';
import { readEditOptions } from '../edit/options.js';
import type { ModelSource } from '../model-source.js';
import { modelOfRequest } from './models.js';

/** Request of a row of a manifest. */
export interface RowRequest {
  model: Model;
  /** fal's input. */
  input: Record<string, unknown>;
  /** Flags that the row leaves to the batch; the input has a placeholder for them. */
  missing: ('image' | 'prompt')[];
  /** Whether the row has manifest fields instead of fal's. */
  hasFlags: boolean;
}

export interface RowReading {
  /** Model of rows that name none, given by `--from`. */
  from: Model | undefined;
  /** Default model of rows with manifest fields. */
  usual: Model;
  /** Absolute, at which relative paths of the rows start. */
  folder: string;
  models: Pick<ModelSource, 'load'>;
}

const STAND_IN = 'https://example.com/stand-in.png';

/**
 * Reads a row: the flags of an edit, or a request to fal on a line of its own.
 *
 * @throws FalEditError (usage, input): it is neither
 */
export async function requestOfRow(
  fields: Fields,
  { from, usual, folder, models }: RowReading,
  context: Pick<Context, 'stdin' | 'signal'>,
): Promise<RowRequest> {
  if (looksLikeRequest(fields)) {
    const request = keptRequest(fields);
    if (typeof request === 'string') throw usageError(`must be a JSON object, not ${request}.`);
    const { model } = await modelOfRequest(request, from, models);
    return { model, input: request.input, missing: [], hasFlags: false };
  }
  const row = sortFields(fields);
  const { values } = row;
  refuseStdin(row);
  const named = values['model'] ?? (from ?? usual).name;
  const own = await models.load(typeof named === 'string' ? named : undefined, row.origins['model']);
  const missing: RowRequest['missing'] = [];
  if (own.fields.images !== undefined && values['image'] === undefined) missing.push('image');
  const hasPrompt = values['prompt'] !== undefined || values['prompt-file'] !== undefined;
  if (promptNeed(own) === 'required' && !hasPrompt) missing.push('prompt');
  const options = await readEditOptions(
    {
      values: {
        ...Object.fromEntries(missing.map((name) => [name, name === 'image' ? [STAND_IN] : STAND_IN])),
        model: (from ?? usual).name,
        ...values,
      },
      origins: row.origins,
      key: undefined,
      stateDir: undefined,
    },
    [],
    // No seed is chosen here: a seed that the row does not name is removed again.
    { ...context, cwd: folder, newSeed: () => 0 },
  );
  const { model, request, seedIsOurs } = options;
  const input = Object.entries(toInput(model, request)).filter(
    ([field]) =>
      readInstead(model, field) === undefined &&
      model.always?.[field] === undefined &&
      !(seedIsOurs && model.fields.seed?.includes(field) === true),
  );
  return { model, input: Object.fromEntries(input), missing, hasFlags: true };
}

function refuseStdin({ values, origins }: SortedRow): void {
  for (const name of ['image', 'prompt-file'] as const) {
    if (![values[name]].flat().includes('-')) continue;
    throw fieldError(origins[name] ?? name, '- (stdin) is not allowed in a row. Name a file.');
  }
}

/**
 * Input of a row outside its manifest: with placeholders filled in, and paths relative to the working directory.
 *
 * @param model that the input is for
 * @throws FalEditError (usage): the row leaves a required field to the batch, or has no column for a placeholder
 */
export function standingAlone(
  input: Readonly<Record<string, unknown>>,
  fields: Fields,
  { missing, hasFlags }: Pick<RowRequest, 'missing' | 'hasFlags'>,
  model: Model,
  { folder, cwd }: { folder: string; cwd: string },
): Record<string, unknown> {
  if (missing.length > 0) {
    throw problemsError(
      'usage',
      missing.map((field) => ({ field, message: 'is missing. Only a manifest may leave it out.' })),
    );
  }
  if (!hasFlags) return { ...input };
  const [promptField = ''] = model.fields.prompt ?? [];
  const prompt = input[promptField];
  const filled =
    typeof prompt !== 'string'
      ? {}
      : {
          [promptField]: fillPrompt(prompt, fields, (name) => {
            throw fieldError('prompt', `this row has no column for {${name}}.`);
          }),
        };
  return withLocalFiles(model, { ...input, ...filled }, (file) =>
    folder === cwd ? file : path.relative(cwd, path.resolve(folder, file)),
  );
}
