/* Builds the zod schema of an input from its tree: strict at every depth where fields are known. */
import * as z from 'zod';
import { noSyncMode, pictureUrl, weights } from '../fields.js';
import { pictureLimit, takesPicture } from './pictures.js';
import { loraItem, sidesOf } from './roles.js';
import { allowsNull, optionsOf, type Field, type Tree } from './tree.js';

/** The zod schema of an endpoint's input. Fields that hold files are marked; see {@link ../fields.ts}. */
export function inputOf(input: ReadonlyMap<string, Field>): z.ZodObject {
  return z.strictObject(shapeOf(input));
}

function shapeOf(fields: ReadonlyMap<string, Field>): Record<string, z.ZodType> {
  return Object.fromEntries(
    [...fields.values()].flatMap((field) =>
      // zod would read what every object has under such a name.
      field.name in Object.prototype ? [] : [[field.name, fieldType(field)]],
    ),
  );
}

function fieldType(field: Field): z.ZodType {
  const { name, tree, required, about, title, fallback } = field;
  if (name === 'sync_mode' && optionsOf(tree).some(({ kind }) => kind === 'boolean')) return noSyncMode;
  const type = takesPicture(field) ? pictureType(field) : isLoraList(field) ? loraList(tree) : typeOf(tree);
  const size = name === 'image_size' ? sizeTitle(tree) : undefined;
  // A schema can be in one position only: its texts are those of the position.
  const described = (required ? type : type.optional()).meta({
    description: about === '' ? title : about,
    ...(fallback === undefined || fallback === null ? {} : { default: fallback }),
    ...(size === undefined ? {} : { title: size }),
  });
  return described;
}

/** The type of the values that a tree allows. */
export function typeOf(tree: Tree): z.ZodType {
  switch (tree.kind) {
    case 'text':
      return textType(tree);
    case 'number':
      return numberType(tree);
    case 'boolean':
      return tree.only === undefined ? z.boolean() : z.literal(tree.only);
    case 'null':
      return z.null();
    case 'list':
      return listType(tree, typeOf(tree.items));
    case 'record':
      return z.record(z.string(), typeOf(tree.values));
    case 'object': {
      const shape = shapeOf(tree.fields);
      const sides = tree.fields.size === 2 && sidesOf(tree) !== undefined;
      const object = tree.open === true ? z.looseObject(shape) : z.strictObject(shape);
      return sides ? object.meta({ title: 'WIDTHxHEIGHT' }) : object;
    }
    case 'union':
      return unionType(tree.options.map(typeOf));
    case 'anything':
      return z.unknown();
  }
}

function unionType(types: readonly z.ZodType[]): z.ZodType {
  const [first, second, ...others] = types;
  if (first === undefined) return z.unknown();
  return second === undefined ? first : z.union([first, second, ...others]);
}

function textType({ words, minLength, maxLength }: Extract<Tree, { kind: 'text' }>): z.ZodType {
  const [first, ...others] = words ?? [];
  if (first !== undefined) return z.enum([first, ...others]);
  if (minLength === undefined && maxLength === undefined) return z.string();
  // fal counts characters, zod parts of them: an emoji would be two.
  return z
    .string()
    .refine((text) => {
      const { length } = Array.from(text);
      return length >= (minLength ?? 0) && length <= (maxLength ?? Infinity);
    })
    .meta({
      ...(minLength === undefined ? {} : { minLength }),
      ...(maxLength === undefined ? {} : { maxLength }),
    });
}

function numberType(tree: Extract<Tree, { kind: 'number' }>): z.ZodType {
  const { whole, values, min, max, above, below, multipleOf } = tree;
  if (values !== undefined) return z.literal([...values]);
  const checks = [
    ...(min === undefined ? [] : [z.gte(min)]),
    ...(max === undefined ? [] : [z.lte(max)]),
    ...(above === undefined ? [] : [z.gt(above)]),
    ...(below === undefined ? [] : [z.lt(below)]),
    ...(multipleOf === undefined || multipleOf <= 0 ? [] : [z.multipleOf(multipleOf)]),
  ];
  return (whole ? z.int() : z.number()).check(...checks);
}

function listType(
  { minItems, maxItems, unique }: Extract<Tree, { kind: 'list' }>,
  items: z.ZodType,
): z.ZodType {
  const list = z.array(items);
  const atLeast = minItems === undefined ? list : list.min(minItems);
  const atMost = maxItems === undefined ? atLeast : atLeast.max(maxItems);
  if (unique !== true) return atMost;
  return atMost.refine((all) => new Set(all.map((one) => JSON.stringify(one))).size === all.length, {
    error: 'must not contain the same item twice',
  });
}

/** A picture, or a list of as many pictures as fal uses: local files in it are uploaded. */
function pictureType(field: Field): z.ZodType {
  const { tree, about } = field;
  const maxItems = pictureLimit(field);
  const types = optionsOf(tree).map((option) =>
    option.kind === 'list'
      ? listType({ ...option, ...(maxItems === undefined ? {} : { maxItems }) }, pictureUrl(about))
      : pictureUrl(about),
  );
  return unionType(allowsNull(tree) ? [...types, z.null()] : types);
}

function isLoraList({ name, tree }: Field): boolean {
  return name === 'loras' && loraItem(tree) !== undefined;
}

/** A list of LoRAs: local `.safetensors` files in `path` are uploaded. */
function loraList(tree: Tree): z.ZodType {
  const types = optionsOf(tree).map((option) => {
    if (option.kind !== 'list') return typeOf(option);
    const items = optionsOf(option.items).map((item) => {
      if (item.kind !== 'object' || !item.fields.has('path')) return typeOf(item);
      const path = item.fields.get('path');
      return z.strictObject({ ...shapeOf(item.fields), path: weights(path?.about ?? '') });
    });
    return listType(option, unionType(items));
  });
  return unionType(allowsNull(tree) ? [...types, z.null()] : types);
}

/** Sizes in words; undefined if the field takes only names. */
function sizeTitle(tree: Tree): string | undefined {
  const sides = sidesOf(tree);
  if (sides === undefined) return undefined;
  const words = optionsOf(tree).flatMap((option) => (option.kind === 'text' ? (option.words ?? []) : []));
  const number = optionsOf(sides.width.tree).find(({ kind }) => kind === 'number');
  const [min, max] = number?.kind === 'number' ? [number.min, number.max] : [];
  const range =
    max === undefined
      ? ''
      : ` with sides ${min === undefined ? `up to ${max}` : `from ${min} to ${max}`} pixels`;
  return [...words, `WIDTHxHEIGHT${range}`].join(', ').replace(/, WIDTHx/, ', or WIDTHx');
}
