/* Fields that fal uses only in some cases: its own sentence about that is shown, since no schema holds the condition. */
import type { RequestKey } from '../request.js';
import { optionsOf, type Field } from './tree.js';

const CONDITION =
  /\bonly (used|relevant|applies|takes effect|available|works?|when|if|for)\b|\bapplies to .{1,60} only\b|\bignored\b|\bno effect\b|deprecated/i;

/** Sentences of fal about fields that were set, where they depend on something else. */
export function conditionNotes(
  input: ReadonlyMap<string, Field>,
  sent: Readonly<Record<string, unknown>>,
  roles: Partial<Record<RequestKey, readonly string[]>>,
): string[] {
  const [main] = roles.images ?? [];
  const [strength] = roles.strength ?? [];
  return Object.keys(sent).flatMap((name) => {
    const field = input.get(name);
    if (field === undefined || name === main || name === 'sync_mode') return [];
    const sentences = sentencesOf(field.about);
    const conditions = sentences.filter((sentence) => CONDITION.test(sentence) && !isMet(sentence, sent));
    // Strength is not the same for every model.
    const meant = name === strength ? sentences : conditions;
    const said = meant.length > 0 ? meant : field.deprecated === true ? ['Deprecated.'] : [];
    return said.length === 0 ? nestedNotes(field, sent[name]) : [`${name}: fal says: ${said.join(' ')}`];
  });
}

/** Notes about the fields of objects inside a field. */
function nestedNotes({ tree, name }: Field, value: unknown): string[] {
  const objects = optionsOf(tree).flatMap((option) =>
    (option.kind === 'list' ? optionsOf(option.items) : [option]).filter((one) => one.kind === 'object'),
  );
  const items = (Array.isArray(value) ? value : [value]).filter(
    (item): item is Record<string, unknown> =>
      typeof item === 'object' && item !== null && !Array.isArray(item),
  );
  const notes = objects.flatMap(({ fields }) => items.flatMap((item) => conditionNotes(fields, item, {})));
  return [...new Set(notes)].map((note) => `${name}.${note}`);
}

/** Whether a condition is that another field is given, and it is: "only used if the image_url is provided". */
function isMet(sentence: string, sent: Readonly<Record<string, unknown>>): boolean {
  const [, other] = /\b(?:if|when) (?:the |an? )?`?(\w+)`? is (?:provided|set|given)/i.exec(sentence) ?? [];
  return other !== undefined && !/ignored/i.test(sentence) && Object.hasOwn(sent, other);
}

function sentencesOf(about: string): string[] {
  return about.split(/(?<=[.!?])\s+(?=[A-Z[])/).filter((sentence) => sentence !== '');
}
