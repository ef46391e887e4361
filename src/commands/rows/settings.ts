import type { FlagValue } from '../../config/settings.js';
import { EDIT_EXCLUSIVE, type EditingName, type EditingSettings } from '../flags/editing.js';
import { placeholdersOf } from '../../batch/rows/template.js';
import { didYouMean } from '../../near-name.js';
import { fieldError, type FieldProblem, problemsError } from '../../errors/error.js';
import { displayName } from '../../images/names.js';
import { PICTURE_FLAGS } from '../../models/request.js';
import type { Model } from '../../models/model.js';
import { promptNeed } from '../../models/prompt-need.js';
import { setEntries } from '../../models/set-fields.js';
import { withoutKeys } from '../edit/ignored-settings.js';
import { FIELD_NAMES, isOfTheBatch } from '../rows/fields.js';
import type { SortedRow } from '../rows/sorted.js';

const PICTURE_FLAG_NAMES: ReadonlySet<string> = new Set(
  Object.values(PICTURE_FLAGS).map((flag) => flag.slice(2)),
);

/**
 * Merges a row into the settings of the batch. The row wins, and also removes settings that exclude one of its own.
 * `set` is merged field by field. A column such as `background` that a placeholder uses is text for it, and no setting.
 *
 * @throws FalEditError (usage): a column that nothing asks for, stdin or stdout, no picture, no prompt
 */
export function withRow(settings: EditingSettings, sorted: SortedRow, model: Model): EditingSettings {
  const row = withoutTexts(sorted, settings);
  const hidden = new Set<string>([
    ...row.off,
    ...EDIT_EXCLUSIVE.flatMap(([one, other]) => [
      ...(row.values[one] === undefined ? [] : [other]),
      ...(row.values[other] === undefined ? [] : [one]),
    ]),
  ]);
  const kept = Object.entries(settings.values).filter(([name]) => !hidden.has(name));
  const values: Partial<Record<EditingName, FlagValue>> = { ...Object.fromEntries(kept), ...row.values };
  for (const flag of ['set', 'file'] as const) {
    const [own, common] = [row.values[flag], settings.values[flag]];
    if (own === undefined || common === undefined) continue;
    const keys = new Set(setEntries(own, row.origins[flag] ?? flag).map(([key]) => key));
    const kept = withoutKeys([common].flat(), keys, settings.origins[flag] ?? `--${flag}`);
    values[flag] = [...kept, own].flat();
  }
  const merged = { ...settings, values, origins: { ...settings.origins, ...row.origins } };
  refuseUnknown(row, merged);
  refuseStreams(merged);
  refuseMissing(merged, model);
  return merged;
}

/**
 * Rows of earlier releases may have a column for a placeholder whose name has become that of a picture setting. They
 * were paid for, so they must mean what they meant.
 */
function withoutTexts(row: SortedRow, settings: EditingSettings): SortedRow {
  const used = usedIn({ ...settings.values, ...row.values });
  const texts = Object.entries(row.origins).filter(
    ([flag, field]) => used.has(field) && PICTURE_FLAG_NAMES.has(flag),
  );
  if (texts.length === 0) return row;
  const values = { ...row.values };
  for (const [flag] of texts) Reflect.deleteProperty(values, flag);
  return { ...row, values };
}

/** The columns that the templates of a row use. */
function usedIn(values: EditingSettings['values']): ReadonlySet<string> {
  const templates = [values['prompt'], values['output']].filter((text) => typeof text === 'string');
  return new Set(templates.flatMap(placeholdersOf));
}

/** Refuses a column that no placeholder uses: it is a typo, or a setting that would be ignored. */
function refuseUnknown({ others }: SortedRow, { values }: EditingSettings): void {
  // The placeholders of a prompt file are known only when it is read.
  if (others.length === 0 || values['prompt-file'] !== undefined) return;
  const used = usedIn(values);
  const unknown = others.filter((field) => !used.has(field));
  if (unknown.length > 0) throw problemsError('usage', unknown.map(unknownColumn));
}

function unknownColumn(field: string): FieldProblem {
  if (isOfTheBatch(field)) return { field, message: 'applies to the whole batch. Set it as a flag.' };
  // The name may contain line breaks.
  const name = displayName(field);
  const near = didYouMean(field, FIELD_NAMES, '');
  const message = `unknown column (no {${name}} in the prompt or the names uses it). ${near}`.trimEnd();
  return { field: name, message };
}

function refuseStreams({ values, origins }: EditingSettings): void {
  for (const name of ['image', 'prompt-file'] as const) {
    if (!list(values[name]).includes('-')) continue;
    throw fieldError(origins[name] ?? name, '- (stdin) is not allowed in a row. Name a file.');
  }
  if (values['output'] !== '-') return;
  throw fieldError(origins['output'] ?? 'output', '- (stdout) is not allowed in a row. Name a file.');
}

function refuseMissing({ values, origins }: EditingSettings, model: Model): void {
  const prompt = values['prompt'];
  const hasPrompt = prompt !== undefined || values['prompt-file'] !== undefined;
  const needsPrompt = promptNeed(model) === 'required' && !hasPrompt;
  const needsPicture = model.fields.images !== undefined && list(values['image']).length === 0;
  const missing = [...(needsPicture ? ['image'] : []), ...(needsPrompt ? ['prompt'] : [])];
  if (missing.length > 0) {
    throw problemsError(
      'usage',
      missing.map((field) => ({ field, message: `is missing. Add it to the row, or use --${field}.` })),
    );
  }
  if (typeof prompt === 'string') refuseBlank(prompt, origins['prompt'] ?? 'prompt');
}

/** @param where of the prompt, for the message. @throws FalEditError (usage): it says nothing */
export function refuseBlank(prompt: string, where: string): void {
  if (prompt.trim() === '') throw fieldError(where, 'must not be blank.');
}

function list(value: FlagValue | undefined): FlagValue[] {
  return [value ?? []].flat();
}
