import type { FieldValue, Fields } from '../../batch/manifest/entry.js';
import { counterpartOf, keyOf } from '../../migrate/model-fields.js';
import { isSame } from '../../migrate/plain-field.js';
import type { Model } from '../../models/model.js';
import { FLAG_OF, isPictureKey, type RequestKey } from '../../models/request.js';
import type { EditingFlag } from '../flag.js';
import { meaningOf } from '../rows/fields.js';
import { literalPrompt, manifestFields } from './row-fields.js';
import type { RowRequest } from './row-request.js';

/**
 * A row for another model. Unchanged fields stay as they are, including columns for placeholders.
 *
 * @param input of the other model
 */
export function rowAgain(
  fields: Fields,
  row: RowRequest,
  to: Model,
  input: Readonly<Record<string, unknown>>,
): Fields {
  if (!row.hasFlags) return ofRequest(to, input);
  const fresh = manifestFields(to, input);
  const done = new Set<string>(row.missing);
  const again: [string, FieldValue][] = [];
  for (const [field, value] of Object.entries(fields)) {
    const meaning = meaningOf(field);
    if (meaning?.kind !== 'flag' || value === null || staysAsItIs(meaning.flag)) {
      again.push([field, value]);
      continue;
    }
    const { name } = meaning.flag;
    // A file of a field is in the input, as a field that `set` sets.
    if (name === 'set' || name === 'file') continue;
    const own = spelled(name === 'prompt-file' ? 'prompt' : name === 'image-strength' ? 'strength' : name);
    done.add(own);
    if (name === 'model') again.push([field, to.name]);
    else if (isUntouched(name, row, to, input)) again.push([field, value]);
    else if (fresh[own] !== undefined) again.push([field, fresh[own]]);
  }
  const added = Object.entries(fresh).filter(([name]) => !done.has(name));
  const model: [string, FieldValue][] = done.has('model') ? [] : [['model', to.name]];
  return Object.fromEntries([...again, ...model, ...added]);
}

/** Whether a flag means the same for every model. */
function staysAsItIs({ fills, fileOnly }: EditingFlag): boolean {
  return fileOnly === true || (fills !== undefined && isPictureKey(fills));
}

/** A request to fal, as a row. Its prompt holds no placeholders. */
function ofRequest(to: Model, input: Readonly<Record<string, unknown>>): Fields {
  const { prompt, ...others } = manifestFields(to, input);
  const text = typeof prompt === 'string' ? { prompt: literalPrompt(prompt) } : {};
  return { model: to.name, ...text, ...others };
}

/** Whether the other model takes a flag's value unchanged. */
function isUntouched(
  flag: string,
  { model, input: old }: RowRequest,
  to: Model,
  input: Readonly<Record<string, unknown>>,
): boolean {
  // The file is the prompt, whatever the model that takes one.
  if (flag === 'prompt-file') return to.fields.prompt !== undefined;
  const key = (Object.keys(FLAG_OF) as RequestKey[]).find((one) => FLAG_OF[one] === `--${flag}`);
  const field = key === undefined ? undefined : model.fields[key]?.[0];
  const target = field === undefined ? undefined : counterpartOf(field, model, to);
  if (field === undefined || target === undefined) return false;
  // A switch that the row turns off is not in the input, but still overrides that of the batch.
  if (old[field] === undefined) return keyOf(to, target) === key;
  return isSame([old[field]].flat(), [input[target]].flat());
}

function spelled(flag: string): string {
  return flag.replaceAll('-', '_');
}
