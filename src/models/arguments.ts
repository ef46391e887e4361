import type { Model } from './model.js';
import { MODELS } from './registry.js';
import { FLAG_OF, type Lora, type RequestKey } from './request.js';

/**
 * The arguments of `fal-edit` that ask for an input again.
 *
 * @param input fal's input of that model, with its files as they are to be named
 */
export function editArguments(model: Model, input: Readonly<Record<string, unknown>>): string[] {
  const keyOf = new Map<string, RequestKey>(
    (Object.entries(model.fields) as [RequestKey, readonly string[]][]).flatMap(([key, fields]) =>
      fields.slice(0, 1).map((field): [string, RequestKey] => [field, key]),
    ),
  );
  // A value that is sent under several names is said once.
  const doubles = new Set(Object.values(model.fields).flatMap((fields) => fields.slice(1)));
  const fields = Object.entries(input).filter(([field, value]) => value !== undefined && !doubles.has(field));
  const images = fields.flatMap(([field, value]) =>
    keyOf.get(field) === 'images' ? [value].flat().map((image) => pictureWord(String(image))) : [],
  );
  const flags = fields.flatMap(([field, value]) => {
    const key = keyOf.get(field);
    if (key === undefined) return ['--set', `${field}=${setText(value)}`];
    return key === 'images' ? [] : argumentsFor(key, value);
  });
  return [...images, ...(model === MODELS[0] ? [] : ['-m', model.name]), ...flags];
}

/** A name that begins like a flag, or could be a command, is written so that it is neither. */
function pictureWord(image: string): string {
  const isOther = image.startsWith('-') || /^\w+$/.test(image);
  return isOther && image !== '-' ? `./${image}` : image;
}

function argumentsFor(key: RequestKey, value: unknown): string[] {
  const flag = FLAG_OF[key];
  switch (key) {
    case 'prompt':
      // A text that begins with a dash has to be told apart from a flag.
      return String(value).startsWith('-') ? [`--prompt=${String(value)}`] : ['-p', String(value)];
    case 'loras':
      return (value as readonly Lora[]).flatMap((lora) => [flag, loraWord(lora)]);
    case 'expandPrompt':
      return value === true ? [flag] : [];
    case 'safetyChecker':
      return value === false ? [flag] : [];
    case 'size':
      return [flag, sizeText(value)];
    default:
      return [`${flag}=${String(value)}`];
  }
}

/** A path that ends like a scale is given fal's own, so that it is not taken for one. */
function loraWord({ path, scale }: Lora): string {
  const endsLikeScale = /@[+-]?(\d+\.?\d*|\.\d+)$/.test(path);
  const written = scale ?? (endsLikeScale ? 1 : undefined);
  return written === undefined ? path : `${path}@${written}`;
}

/** As JSON, unless it is a text that is not read as JSON by itself. */
function setText(value: unknown): string {
  return typeof value === 'string' && !value.trimStart().startsWith('"') ? value : JSON.stringify(value);
}

function sizeText(size: unknown): string {
  if (typeof size !== 'object' || size === null) return String(size);
  const { width, height } = size as { width?: unknown; height?: unknown };
  return `${String(width)}x${String(height)}`;
}
