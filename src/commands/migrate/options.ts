import type { FlagValue } from '../../config/settings.js';
import type { CallOf } from '../command.js';
import type { MIGRATE } from './command.js';
import { usageError } from '../../errors/error.js';
import { listText } from '../../text.js';
import { FORM_NAMES, type FormName } from '../../migrate/forms/forms.js';
import { didYouMean } from '../../near-name.js';
import type { Model } from '../../models/model.js';
import type { ModelSource } from '../model-source.js';

/** The flags of `fal-edit migrate`, typed. */
export interface MigrateOptions {
  from: Model | undefined;
  to: Model | undefined;
  /** Undefined if not given: fal's input for one request, a manifest for a manifest. */
  form: FormName | undefined;
  keepLoras: boolean;
}

/** @throws FalEditError (usage) */
export async function readMigrateOptions(
  { values, origins }: CallOf<typeof MIGRATE>['settings'],
  models: Pick<ModelSource, 'load'>,
): Promise<MigrateOptions> {
  const modelOf = async (flag: 'from' | 'to'): Promise<Model | undefined> => {
    const name = values[flag];
    return typeof name === 'string' ? models.load(name, origins[flag]) : undefined;
  };
  return {
    from: await modelOf('from'),
    to: await modelOf('to'),
    form: formOf(values['as'], origins['as'] ?? '--as'),
    keepLoras: values['keep-loras'] === true,
  };
}

function formOf(value: FlagValue | undefined, where: string): FormName | undefined {
  if (typeof value !== 'string') return undefined;
  const form = FORM_NAMES.find((name) => name === value.trim().toLowerCase());
  if (form !== undefined) return form;
  throw usageError(
    `${where} must be ${listText(FORM_NAMES, 'or')}, not "${value}".`,
    didYouMean(value, FORM_NAMES, undefined),
  );
}
