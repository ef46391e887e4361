import type { EditingName, EditingSettings } from '../flags/editing.js';
import type { Context } from '../../context.js';
import {
  expectationsDocument,
  readExpectations,
  type Expectations,
} from '../../batch/expect/expectations.js';
import type { Fields } from '../../batch/manifest/entry.js';
import type { RowOrder } from '../../batch/reading.js';
import { fillOutput, fillPrompt } from '../../batch/template.js';
import { PLACEHOLDERS } from '../../edit/output.js';
import { usageError } from '../../errors.js';
import { withoutIgnored, type IgnoredSetting } from '../edit/ignored-settings.js';
import { readEditOptions } from '../edit/options.js';
import { whole } from '../edit/read-prompt.js';
import { absoluteDefaults } from './defaults.js';
import { rowFiles, type RowTrust } from './row-files.js';
import { refuseBlank, withRow } from './row-settings.js';
import { sortFields } from './sorted-row.js';

/** Where the rows of a reader come from. */
export interface RowOrigin extends RowTrust {
  /** Absolute, at which relative paths of the rows start. */
  folder: string;
  /** Whether flags are only defaults, which a row's model may lack; otherwise every edit must support them. */
  flagsAreDefaults?: boolean;
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
  const { folder, flagsAreDefaults = false, onIgnored } = origin;
  const defaults = absoluteDefaults(settings, context.cwd, folder);
  const common = expectationsDocument(expectations);
  const here = { ...context, cwd: folder };
  const files = rowFiles(folder, origin);
  const typedPairs =
    flagsAreDefaults || settings.origins['set'] !== '--set' ? [] : [settings.values['set'] ?? []].flat();
  return async (fields) => {
    const row = sortFields(fields);
    const isTyped = (flag: EditingName): boolean =>
      row.values[flag] !== undefined || (!flagsAreDefaults && settings.origins[flag] === `--${flag}`);
    const pairs = [...typedPairs, ...[row.values['set'] ?? []].flat()].map(String);
    const { settings: merged, ignored } = withoutIgnored(withRow(defaults.settings, row), isTyped, pairs);
    await files.checkPromptFile(row);
    const options = await readEditOptions(defaults.withSet(merged), [], here);
    await files.checkOthers(row, options);
    const { model, request, output, force, keepBlanked, seedIsOurs, nameOf } = options;
    const prompt = fillPrompt(request.prompt, fields, (name) => noColumn(nameOf('prompt'), name));
    refuseBlank(prompt, nameOf('prompt'));
    whole(prompt, nameOf('prompt'));
    for (const setting of ignored) onIgnored?.(setting);
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
    `${place}: this row has no column for {${name}}. For literal braces, double them: {{${name}}}.`,
  );
}
