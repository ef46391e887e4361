import type { Settings } from '../../config/settings.js';
import type { Context } from '../../context.js';
import {
  expectationsDocument,
  readExpectations,
  type Expectations,
} from '../../batch/expect/expectations.js';
import type { Fields } from '../../batch/manifest/entry.js';
import type { RowOrder } from '../../batch/planner.js';
import { fillOutput, fillPrompt } from '../../batch/template.js';
import { PLACEHOLDERS } from '../../edit/destination.js';
import { usageError } from '../../errors.js';
import { readEditOptions } from '../edit/options.js';
import { whole } from '../edit/read-prompt.js';
import { absoluteDefaults } from './defaults.js';
import { refuseBlank, withRow } from './row-settings.js';
import { sortFields } from './sorted-row.js';

/**
 * Makes the reader of rows: a row's fields over the settings of the batch are read as the flags of an edit are.
 *
 * @param expectations of all rows
 * @param folder absolute, at which relative paths of the rows start
 */
export function rowReader(
  settings: Settings,
  expectations: Expectations,
  folder: string,
  context: Pick<Context, 'cwd' | 'stdin' | 'newSeed' | 'signal'>,
): (fields: Fields) => Promise<RowOrder> {
  const defaults = absoluteDefaults(settings, context.cwd, folder);
  const common = expectationsDocument(expectations);
  const here = { ...context, cwd: folder };
  return async (fields) => {
    const row = sortFields(fields);
    const merged = withRow(defaults.settings, row);
    const options = await readEditOptions(defaults.withSet(merged), [], here);
    const { model, request, output, force, keepBlanked, seedIsOurs, nameOf } = options;
    const prompt = fillPrompt(request.prompt, fields, (name) => noColumn(nameOf('prompt'), name));
    refuseBlank(prompt, nameOf('prompt'));
    whole(prompt, nameOf('prompt'));
    return {
      id: row.id,
      hasPromptFile: merged.values['prompt-file'] !== undefined,
      expectations: hasOwn(row.expectations)
        ? readExpectations({ ...common, ...row.expectations }, 'expect')
        : expectations,
      order: {
        ...{ model, force, keepBlanked, seedIsOurs, nameOf },
        request: { ...request, prompt },
        output:
          output === undefined
            ? undefined
            : fillOutput(output, fields, PLACEHOLDERS, (name) => noColumn(nameOf('output'), name)),
      },
    };
  };
}

function hasOwn(expectations: Record<string, unknown>): boolean {
  return Object.keys(expectations).length > 0;
}

function noColumn(place: string, name: string): never {
  throw usageError(
    `${place}: {${name}} stands for no column of this row. Braces that are meant as such are doubled: {{${name}}}.`,
  );
}
