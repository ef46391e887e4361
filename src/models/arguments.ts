import { itemsOf, schemaAt, takesText } from './allowed.js';
import { filesOf } from './fields.js';
import { flagSays } from './flag-values.js';
import type { Model } from './model.js';
import { MODELS } from './registry.js';
import { FLAG_OF, type FileWish, type Lora, type RequestKey } from './request.js';
import type * as z from 'zod';

/**
 * The arguments of `fal-edit` that request an input again.
 *
 * @param input fal's input for the model, with its files as the command should name them
 * @param uploads files in it that were uploaded, whatever their fields
 */
export function editArguments(
  model: Model,
  input: Readonly<Record<string, unknown>>,
  uploads: readonly FileWish[] = [],
): string[] {
  const keyOf = new Map<string, RequestKey>(
    (Object.entries(model.fields) as [RequestKey, readonly string[]][]).flatMap(([key, fields]) =>
      fields.slice(0, 1).map((field): [string, RequestKey] => [field, key]),
    ),
  );
  // A value that is sent under several names is written once.
  const doubles = new Set(Object.values(model.fields).flatMap((fields) => fields.slice(1)));
  const fields = Object.entries(input).filter(
    ([field, value]) => value !== undefined && !doubles.has(field) && model.always?.[field] !== value,
  );
  const images = fields.flatMap(([field, value]) =>
    keyOf.get(field) === 'images' ? [value ?? []].flat().map(String) : [],
  );
  const flags = fields.flatMap(([field, value]) => {
    const key = keyOf.get(field);
    if (key === 'images') return [];
    return key === undefined || !flagSays(key, value)
      ? setArguments(model, field, value, uploads)
      : argumentsFor(key, value);
  });
  const mayDrop = model.statesNoLimit === true && images.length > model.maxImages;
  return [
    ...images.map(pictureWord),
    ...(model === MODELS[0] ? [] : ['-m', model.name]),
    ...(mayDrop ? ['--allow-many'] : []),
    ...flags,
  ];
}

/** Writes a name so that it is not read as a flag or a command. */
function pictureWord(image: string): string {
  const isOther = image.startsWith('-') || /^\w+$/.test(image);
  return isOther && image !== '-' ? `./${image}` : image;
}

function argumentsFor(key: RequestKey, value: unknown): string[] {
  const flag = FLAG_OF[key];
  switch (key) {
    case 'prompt':
      // A text that begins with a dash must not be read as a flag.
      return String(value).startsWith('-') ? [`--prompt=${String(value)}`] : ['-p', String(value)];
    case 'loras':
      return (value as readonly Lora[]).flatMap((lora) => [flag, loraWord(lora)]);
    case 'expandPrompt':
    case 'safetyChecker':
      return [flag];
    case 'size':
      return [flag, sizeText(value)];
    default:
      return [`${flag}=${String(value)}`];
  }
}

/** A path that ends like a scale gets fal's default scale, so that its end is not read as one. */
function loraWord({ path, scale }: Lora): string {
  const endsLikeScale = /@[+-]?(\d+\.?\d*|\.\d+)$/.test(path);
  const written = scale ?? (endsLikeScale ? 1 : undefined);
  return written === undefined ? path : `${path}@${written}`;
}

function setArguments(model: Model, field: string, value: unknown, uploads: readonly FileWish[]): string[] {
  const { schema } = schemaAt(model.input, [field]);
  const isList = itemsOf(schema) !== undefined && !takesText(schema);
  const own = uploads.filter(({ path }) => path[0] === field);
  const files = filesOf(model.input, { [field]: value }, own).filter(
    ({ role, path }) =>
      (role === 'file' || (role === 'picture' && model.schema !== undefined)) &&
      path.length === (isList ? 2 : 1),
  );
  const isWhole = Array.isArray(value) === isList && files.length === [value].flat().length;
  if (files.length > 0 && isWhole) return files.flatMap((file) => ['--file', `${field}=${file.value}`]);
  return ['--set', `${field}=${setText(schema as z.ZodType, value)}`];
}

/** The value as JSON, unless it is a text that would not be read as JSON anyway. */
function setText(schema: z.ZodType, value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  try {
    return schema.safeParse(JSON.parse(value)).success ? JSON.stringify(value) : value;
  } catch {
    return value;
  }
}

function sizeText(size: unknown): string {
  if (typeof size !== 'object' || size === null) return String(size);
  const { width, height } = size as { width?: unknown; height?: unknown };
  return `${String(width)}x${String(height)}`;
}
