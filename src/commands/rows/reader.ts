import type { EditingName, EditingSettings } from '../flags/editing.js';
import type { Context } from '../../context.js';
import {
  expectationsDocument,
  readExpectations,
  type Expectations,
} from '../../batch/expect/expectations.js';
import type { Fields } from '../../batch/manifest/entry.js';
import type { RowOrder } from '../../batch/rows/reading.js';
import { fillOutput, fillPrompt } from '../../batch/rows/template.js';
import { PLACEHOLDERS } from '../../edit/plan/output.js';
import { fieldError } from '../../errors/error.js';
import { withoutIgnored, type IgnoredSetting } from '../edit/ignored-settings.js';
import type { Model } from '../../models/model.js';
import { whole } from '../../models/read-request.js';
import { setEntries } from '../../models/set-fields.js';
import type { ModelSource } from '../model-source.js';
import { readEditOptions } from '../edit/options.js';
import { absoluteDefaults } from './defaults.js';
import { rowFiles, type RowTrust } from './files.js';
import { refuseBlank, withRow } from './settings.js';
import { sortFields, type SortedRow } from './sorted.js';

/** Where the rows of a reader come from. */
export interface RowOrigin extends RowTrust {
  /** Absolute, at which relative paths of the rows start. */
  folder: string;
  /** Whether flags are only defaults, which a row's model may lack; otherwise every edit must support them. */
  flagsAreDefaults?: boolean;
  /** The models of the run: each document is read once. */
  models: Pick<ModelSource, 'load'>;
  /** Called for each row and each default that its model lacks. */
  onIgnored?: (setting: IgnoredSetting) => void;
}

/**
 * Creates a reader of rows. A row's fields override the settings of the batch and are read like the flags of an edit.
 *
 * @param expectations of all rows
 */
export function rowReader(
  settings: EditingSettings,
  expectations: Expectations,
  origin: RowOrigin,
  context: Pick<Context, 'cwd' | 'stdin' | 'newSeed' | 'signal'>,
): (fields: Fields) => Promise<RowOrder> {
  const { folder, flagsAreDefaults = false, models, onIgnored } = origin;
  const defaults = absoluteDefaults(settings, context.cwd, folder);
  const common = expectationsDocument(expectations);
  const here = { ...context, cwd: folder };
  const files = rowFiles(folder, origin);
  const typedSet =
    flagsAreDefaults || settings.origins['set'] !== '--set'
      ? []
      : setEntries(settings.values['set'], '--set');
  return async (fields) => {
    const row = sortFields(fields);
    const isTyped = (flag: EditingName): boolean =>
      row.values[flag] !== undefined || (!flagsAreDefaults && settings.origins[flag] === `--${flag}`);
    const model = await modelOf(row, settings, models);
    const typed = [...typedSet, ...setEntries(row.values['set'], row.origins['set'] ?? 'set')];
    const { settings: merged, ignored } = withoutIgnored(
      withRow(defaults(model), row, model),
      isTyped,
      new Set(typed.map(([key]) => key)),
    );
    await files.checkPromptFile(row);
    const options = await readEditOptions(merged, [], here);
    await files.checkOthers(row, options);
    const { request, output, force, keepBlanked, pictures, seedIsOurs, allowMany, nameOf } = options;
    const prompt = filledPrompt(request.prompt, fields, nameOf('prompt'));
    for (const setting of ignored) onIgnored?.(setting);
    return {
      id: row.id,
      hasPromptFile: merged.values['prompt-file'] !== undefined,
      expectations: hasOwn(row.expectations)
        ? readExpectations({ ...common, ...row.expectations }, 'expect')
        : expectations,
      order: {
        ...{ model, force, keepBlanked, pictures, seedIsOurs, allowMany, nameOf },
        request: { ...request, ...(prompt === undefined ? {} : { prompt }) },
        output:
          output === undefined
            ? undefined
            : fillOutput(output, fields, PLACEHOLDERS, (name) => noColumn(nameOf('output'), name)),
      },
    };
  };
}

/** @throws FalEditError (usage): it has nothing to say, or uses a column that the row lacks */
function filledPrompt(template: string | undefined, fields: Fields, where: string): string | undefined {
  if (template === undefined) return undefined;
  const prompt = fillPrompt(template, fields, (name) => noColumn(where, name));
  refuseBlank(prompt, where);
  return whole(prompt, where);
}

function modelOf(row: SortedRow, settings: EditingSettings, models: RowOrigin['models']): Promise<Model> {
  const name = row.values['model'] ?? settings.values['model'];
  const origin = row.origins['model'] ?? settings.origins['model'];
  return models.load(typeof name === 'string' ? name : undefined, origin);
}

function hasOwn(expectations: Record<string, unknown>): boolean {
  return Object.keys(expectations).length > 0;
}

function noColumn(where: string, name: string): never {
  throw fieldError(
    where,
    `this row has no column for {${name}}. For literal braces, double them: {{${name}}}.`,
  );
}
