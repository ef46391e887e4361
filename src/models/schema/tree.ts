/*
 * The types of a schema's values as one tree, read from a JSON schema by walk.ts. Roles, coercion, nearest names, the
 * zod schema, the comparison with fal and the reading of answers all come from it.
 */

/** The values that a schema allows at one position. */
export type Tree =
  /** Text. `words`: the only values that it may have. */
  | { kind: 'text'; words?: readonly string[]; minLength?: number; maxLength?: number; format?: string }
  /** A number. `above` and `below` are exclusive bounds, `min` and `max` inclusive ones. */
  | {
      kind: 'number';
      whole: boolean;
      values?: readonly number[];
      min?: number;
      max?: number;
      above?: number;
      below?: number;
      multipleOf?: number;
    }
  /** True or false; `only` if just one of them is allowed. */
  | { kind: 'boolean'; only?: boolean }
  | { kind: 'list'; items: Tree; minItems?: number; maxItems?: number; unique?: boolean }
  /** An object with known fields. Any other field is an error, unless it is `open`. */
  | { kind: 'object'; name?: string; fields: ReadonlyMap<string, Field>; open?: boolean }
  /** An object whose field names fal does not declare; its values are checked where their type is known. */
  | { kind: 'record'; values: Tree }
  | { kind: 'union'; options: readonly Tree[] }
  | { kind: 'null' }
  /** No type is declared, or it cannot be read: passed through unchecked. `why`: the reason, in words. */
  | { kind: 'anything'; why?: string };

/** A field of an object. Its texts are fal's: not trusted in a terminal or in HTML. */
export interface Field {
  name: string;
  tree: Tree;
  required: boolean;
  /** fal's sentences about it; empty if there are none. */
  about: string;
  title: string;
  /** fal's default, as documented; undefined if there is none. It need not fit the type. */
  fallback: unknown;
  /** fal's mark of a field that takes a picture, `image` or `image_mask` for example. */
  mark?: string;
  /** An example value from fal; undefined if there is none. */
  example?: unknown;
  /** Limits of a picture in fal's own words or `x-fal` numbers, if there are any. */
  limits?: string;
  deprecated?: boolean;
}

/** The options of a tree without null, unions inside unions resolved. */
export function optionsOf(tree: Tree): readonly Tree[] {
  if (tree.kind === 'null') return [];
  return tree.kind === 'union' ? tree.options.flatMap(optionsOf) : [tree];
}

/** Whether null is among the allowed values. */
export function allowsNull(tree: Tree): boolean {
  return tree.kind === 'null' || (tree.kind === 'union' && tree.options.some(allowsNull));
}

/** The first option of that kind; undefined if there is none. */
export function optionOf<K extends Tree['kind']>(
  tree: Tree | undefined,
  kind: K,
): Extract<Tree, { kind: K }> | undefined {
  const options = tree === undefined ? [] : optionsOf(tree);
  return options.find((option): option is Extract<Tree, { kind: K }> => option.kind === kind);
}
