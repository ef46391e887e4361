/* `fal-edit edit -m <model> --help`: the flags of an edit, as one model takes them. */
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { describeFields, fieldFor, isSet, type DescribedField } from '../../models/describe.js';
import type { Model } from '../../models/model.js';
import { isRequestKey } from '../../models/request.js';
import { helpText, type HelpFlag } from '../../terminal/help.js';
import { harmless } from '../../terminal/plain.js';
import type { CallOf } from '../command.js';
import { EDITING_FLAGS } from '../flags/editing.js';
import { modelSource } from '../model-source.js';
import { EDIT } from './command.js';

/** Shows the help of an edit with one model. Sends nothing, but may fetch the model's schema. */
export async function runModelHelp(call: CallOf<typeof EDIT>): Promise<ExitCode> {
  const { settings, context } = call;
  const name = settings.values['model'];
  const model = await modelSource(settings, call, 'show').load(
    typeof name === 'string' ? name : undefined,
    settings.origins['model'],
  );
  context.stdout.write(harmless(modelHelp(model)));
  return EXIT_OK;
}

/** The help page. Flags that the model has no field for are left out; its other fields follow them. */
export function modelHelp(model: Model): string {
  const fields = describeFields(model);
  return helpText({
    usage: `fal-edit <image...> -m ${model.name} [options]`,
    about: `Edit pictures with ${model.name}: ${model.purpose}.`,
    examples: [[model.example, 'an edit']],
    flags: [...flagsFor(model, fields), ...fields.filter(({ flag }) => isSet(flag)).map(setFlag)],
    notes: [`fal-edit models ${model.name} shows the model in full.`],
    exits: EDIT.exits,
  });
}

function flagsFor(model: Model, fields: readonly DescribedField[]): HelpFlag[] {
  return EDITING_FLAGS.flatMap(({ in: { edit: words }, ...flag }): HelpFlag[] => {
    if (words === undefined) return [];
    const { fills } = flag;
    const own: HelpFlag = { ...flag, ...words };
    if (fills === undefined || !isRequestKey(fills)) return [own];
    const field = fieldFor(model, fills);
    if (field === undefined) return [];
    const described = fields.find((one) => one.field.name === field.name);
    return described === undefined || fills === 'images' ? [own] : [{ ...own, help: textOf(described) }];
  });
}

/** A field without a flag of its own, as `--set` or `--file` names it. */
function setFlag(described: DescribedField): HelpFlag {
  return { name: described.flag.slice(2), help: textOf(described), group: 'Other fields' };
}

function textOf({ field: { about, required, fallback }, allowed }: DescribedField): string {
  const sentence = about.replace(/\.$/, '');
  const value = typeof fallback === 'string' ? fallback : JSON.stringify(fallback);
  const end = required ? 'required' : fallback === undefined || fallback === '' ? '' : `default ${value}`;
  return [sentence, allowed, end].filter((part) => part !== '').join('; ');
}
