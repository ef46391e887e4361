import { EDIT_FLAGS } from '../flags/edit.js';
import type { Flag } from '../flags/flag.js';

/** Flags of an edit that a row may set for itself. */
const ROW_FLAGS = [
  ...['image', 'prompt', 'prompt-file', 'model', 'strength', 'image-strength', 'lora', 'steps', 'guidance'],
  ...['seed', 'negative-prompt', 'acceleration', 'expand-prompt', 'no-safety-checker', 'set', 'output'],
  ...['force', 'num-images', 'size', 'format', 'keep-blanked'],
];

/** Fields of a row that are no flags. */
const OWN_FIELDS = ['id', 'expect'] as const;

const PLURALS: Readonly<Record<string, string>> = { images: 'image', loras: 'lora' };

const FLAGS: ReadonlyMap<string, Flag> = new Map(
  EDIT_FLAGS.filter(({ name }) => ROW_FLAGS.includes(name)).map((flag) => [flag.name, flag]),
);

/** Flags that the whole batch has, and no row of its own. */
const OF_THE_BATCH: readonly string[] = EDIT_FLAGS.map(({ name }) => name).filter((name) => !FLAGS.has(name));

/** All names that a field may have, in the spelling of manifests. */
export const FIELD_NAMES: readonly string[] = [
  ...[...FLAGS.keys(), ...Object.keys(PLURALS)].map((name) => name.replaceAll('-', '_')),
  ...OWN_FIELDS,
];

/** What a field is: a flag of an edit, or a field of rows alone; `set.scheduler` and `expect.format` are parts of one. */
export type Meaning =
  | { kind: 'flag'; flag: Flag; part: string | undefined }
  | { kind: 'own'; name: (typeof OWN_FIELDS)[number]; part: string | undefined };

/** What the name of a field stands for: `num_images` and `num-images` are one. Undefined for none of ours. */
export function meaningOf(field: string): Meaning | undefined {
  const [head = '', ...rest] = field.trim().split('.');
  const name = spelled(head);
  const part = rest.length === 0 ? undefined : rest.join('.');
  const own = OWN_FIELDS.find((one) => one === name);
  if (own !== undefined) {
    return part === undefined || own === 'expect' ? { kind: 'own', name: own, part } : undefined;
  }
  const flag = FLAGS.get(PLURALS[name] ?? name);
  if (flag === undefined || (part !== undefined && flag.name !== 'set')) return undefined;
  return { kind: 'flag', flag, part };
}

/** Whether a field that no row can have is a flag of the whole batch. */
export function isOfTheBatch(field: string): boolean {
  return OF_THE_BATCH.includes(spelled(field));
}

function spelled(field: string): string {
  return field.trim().toLowerCase().replaceAll('_', '-');
}
