/* Fields that fal uses only in some cases: its own sentence about that is shown, since no schema holds the condition. */
import type { RequestKey } from '../request.js';
import { optionsOf, type Field } from './tree.js';

const CONDITION = [
  /\bonly (used|relevant|applies|takes effect|available|works?|when|if|for)\b/,
  /\bapplies to .{1,60} only\b/,
  /\bonly (one|a single|\d+) .{1,60} (is|are) supported\b/,
  /\bnot (used|supported) (by|with|in|for|when|if)\b/,
  /\b(ignored|no effect|deprecated)\b/,
  /\bcannot be set (if|when)\b/,
  /^requires `?\w+`?\.?$/,
].map((pattern) => new RegExp(pattern, 'i'));

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
    const conditions = sentences.filter((sentence) => isCondition(sentence) && !isMet(sentence, sent, input));
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

function isCondition(sentence: string): boolean {
  return CONDITION.some((pattern) => pattern.test(sentence));
}

const OTHER_IS_GIVEN = /\b(?:if|when) (?:the |an? )?`?(\w+)`? is (?:provided|set|given)\b/i;
const NEEDS_OTHER = /^requires `?(\w+)`?\.?$/i;

/**
 * Whether a sentence depends on another field, and takes nothing away with what is sent: "only used if the image_url is
 * provided" with one, "ignored if aspect_ratio is provided" without.
 */
function isMet(
  sentence: string,
  sent: Readonly<Record<string, unknown>>,
  input: ReadonlyMap<string, Field>,
): boolean {
  const [, other] = NEEDS_OTHER.exec(sentence) ?? OTHER_IS_GIVEN.exec(sentence) ?? [];
  if (other === undefined || !input.has(other)) return false;
  return Object.hasOwn(sent, other) !== /\bignored\b|\bcannot\b|\bno effect\b/i.test(sentence);
}

function sentencesOf(about: string): string[] {
  return about.split(/(?<=[.!?])\s+(?=[A-Z[])/).filter((sentence) => sentence !== '');
}
