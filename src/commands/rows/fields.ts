import type { EditingFlag } from '../flag.js';
import { EDITING_FLAGS, type EditingName } from '../flags/editing.js';

/** A flag that a row may set for itself. */
export type RowFlag = EditingFlag & { name: EditingName };

/** Fields of a row that are not flags. */
const OWN_FIELDS = ['id', 'expect'] as const;

const PLURALS: Readonly<Record<string, string>> = { images: 'image', loras: 'lora' };

const FLAGS: ReadonlyMap<string, RowFlag> = new Map(
  EDITING_FLAGS.filter(({ perRow }) => perRow === true).map((flag) => [flag.name, flag]),
);

/** All names that a field may have, in the spelling of manifests. */
export const FIELD_NAMES: readonly string[] = [
  ...[...FLAGS.keys(), ...Object.keys(PLURALS)].map((name) => name.replaceAll('-', '_')),
  ...OWN_FIELDS,
];

/**
 * Meaning of a field: a flag of an edit, or a field that only rows have. `set.scheduler`, `file.mask_url` and
 * `expect.format` are parts of one.
 */
export type Meaning =
  | { kind: 'flag'; flag: RowFlag; part: string | undefined }
  | { kind: 'own'; name: (typeof OWN_FIELDS)[number]; part: string | undefined };

/** Looks up a field by its name; `num_images`, `num-images` and `numImages` are the same. Undefined for an unknown field. */
export function meaningOf(field: string): Meaning | undefined {
  const [head = '', ...rest] = field.trim().split('.');
  const name = spelled(head);
  const part = rest.length === 0 ? undefined : rest.join('.');
  const own = OWN_FIELDS.find((one) => one === name);
  if (own !== undefined) {
    return part === undefined || own === 'expect' ? { kind: 'own', name: own, part } : undefined;
  }
  const flag = FLAGS.get(PLURALS[name] ?? name);
  if (flag === undefined || (part !== undefined && flag.name !== 'set' && flag.name !== 'file'))
    return undefined;
  return { kind: 'flag', flag, part };
}

/** Whether the name is a flag of the whole batch, which a row cannot set. */
export function isOfTheBatch(field: string): boolean {
  const name = spelled(field);
  return EDITING_FLAGS.some(
    (flag) => flag.name === name && flag.perRow !== true && ('edit' in flag.in || 'batch' in flag.in),
  );
}

function spelled(field: string): string {
  return field
    .trim()
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll('_', '-');
}
