import { fieldError, usageError } from '../../errors/error.js';
import { otherMeaning } from '../../migrate/plain-field.js';
import type { Model } from '../../models/model.js';
import { promptNeed } from '../../models/prompt-need.js';
import { listText } from '../../text.js';
import type { EditingSettings } from '../flags/editing.js';

/** Settings that every model of a comparison gets, if it has a field for them. */
const SHARED = ['prompt', 'seed'] as const;

/** The shared settings that a model has no field for. */
export function lackedBy({ fields }: Model): ('prompt' | 'seed')[] {
  return SHARED.filter((key) => fields[key] === undefined);
}

/**
 * Refuses prompts that no model takes, none if a model needs one, and several prompts if a model takes none: it would make the same edit for each.
 *
 * @param prompts an empty text means none
 * @throws FalEditError (usage)
 */
export function refusePrompts(
  models: readonly Model[],
  prompts: readonly string[],
  origin = '--prompt',
): void {
  const without = models.filter((model) => lackedBy(model).includes('prompt'));
  const [first] = without;
  if (prompts.every((prompt) => prompt === '')) {
    const needy = models.find((model) => promptNeed(model) === 'required');
    if (needy !== undefined) throw usageError(`${origin} is missing: ${needy.name} needs one.`);
    return;
  }
  if (first === undefined) return;
  if (without.length === models.length) {
    throw fieldError(origin, 'none of the compared models takes a prompt.', 'Leave it out.');
  }
  if (prompts.length === 1) return;
  throw fieldError(
    origin,
    `${first.name} takes no prompt: with ${prompts.length} prompts, it would make the same edit ${prompts.length} times.`,
    'Compare with one prompt, or leave that model out.',
  );
}

/** Facts about a comparison that its pictures do not show. @param prompts an empty text means none */
export function comparisonNotes(
  models: readonly Model[],
  { prompts, seeds }: { prompts: readonly string[]; seeds: readonly number[] },
  { values }: Pick<EditingSettings, 'values'>,
): string[] {
  const lacking = (key: 'prompt' | 'seed'): Model[] =>
    models.filter((model) => lackedBy(model).includes(key));
  const [noPrompt, noSeed] = [lacking('prompt'), lacking('seed')];
  const takes = (those: readonly Model[]): string => (those.length === 1 ? 'takes' : 'take');
  const [first, ...others] = models;
  const [lora] = [values['lora']].flat();
  const unknown = models.filter(({ base, fields }) => base === undefined && fields.loras !== undefined);
  return [
    ...(noPrompt.length > 0 && prompts.some((prompt) => prompt !== '')
      ? [`${namesOf(noPrompt)} ${takes(noPrompt)} no prompt and will not get it.`]
      : []),
    // That a single result cannot be repeated is a note on its row.
    ...(noSeed.length > 0 && seeds.length > 1
      ? [`${namesOf(noSeed)} ${takes(noSeed)} no seed: instead, each edit is made ${seeds.length} times.`]
      : []),
    ...(values['strength'] === undefined || first === undefined
      ? []
      : others.flatMap((other) => strengthNote(first, other))),
    ...(typeof lora === 'string' && unknown.length > 0
      ? [`The base model of ${namesOf(unknown)} is not known: check that ${lora} fits.`]
      : []),
  ];
}

/** fal's sentences about the strength of two models, if they differ. */
function strengthNote(one: Model, other: Model): string[] {
  const [[field], [target]] = [one.fields.strength ?? [], other.fields.strength ?? []];
  if (field === undefined || target === undefined) return [];
  const said = otherMeaning(field, target, one, other);
  return said === undefined ? [] : [`The same strength may not mean the same. ${said}.`];
}

function namesOf(models: readonly Model[]): string {
  return listText(
    models.map(({ name }) => name),
    'and',
  );
}
