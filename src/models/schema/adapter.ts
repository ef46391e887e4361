/*
 * Makes the adapter of any endpoint from fal's own document: the same record as a listed model's, from which
 * everything else follows. Facts that no schema holds (price, base model, minimum size) are unknown.
 */
import type { Model, SchemaSource } from '../model.js';
import { once } from '../once.js';
import type { OutputFormat } from '../request.js';
import { readAnswer } from '../answer.js';
import { conditionNotes } from './conditions.js';
import { readDocument, unusable, type EndpointSchema } from './document.js';
import { exampleOf } from './example.js';
import { filesIn } from './outputs.js';
import { holdsPicture, pictureLimit, takesMask } from './pictures.js';
import { formatWords, rolesOf, sidesOf, sizeWords } from './roles.js';
import { highEnd, lowEnd } from './range.js';
import { optionOf, optionsOf, type Field } from './tree.js';
import { inputOf } from './zod.js';

/** fal's seeds have 32 bits, the first of them unused. */
const LARGEST_SEED = 2 ** 31 - 1;

/**
 * The adapter of an endpoint.
 *
 * @param openapi fal's document
 * @throws FalEditError (input): the document cannot be used, or the endpoint takes or returns no picture
 */
export function schemaModel(endpoint: string, openapi: unknown, schema: SchemaSource): Model {
  const described = readDocument(endpoint, openapi);
  const { input, output } = described;
  const fields = rolesOf(input);
  const main = fieldOf(described, fields.images);
  if (![...input.values()].some(holdsPicture)) {
    throw unusable(endpoint, 'it takes no picture');
  }
  const files = filesIn(output);
  if (output.size > 0 && files.length === 0) throw unusable(endpoint, 'it returns no picture');
  const limit = main === undefined ? 0 : pictureLimit(main);
  const format = fieldOf(described, fields.format);
  const size = fieldOf(described, fields.size);
  const seed = fieldOf(described, fields.seed);
  const build = once(() => inputOf(input));
  const example = once(() => exampleOf(model, input));
  const model: Model = {
    // A shorter one could be that of another model.
    name: endpoint,
    endpoint,
    base: undefined,
    purpose: purposeOf(described),
    get example() {
      return example();
    },
    get input() {
      return build();
    },
    fields,
    pictures: main !== undefined && isList(main) ? 'list' : 'one',
    maxImages: limit ?? 1,
    ...(limit === undefined ? { statesNoLimit: true } : {}),
    formats: format === undefined ? [] : [...new Set(formatWords(format.tree).map(formatOf))],
    defaultFormat: defaultFormat(format),
    ...(format === undefined ? {} : { formatNames: namesOfFormats(format) }),
    ...(size === undefined
      ? {}
      : { sizes: { words: sizeWords(size.tree), takesSides: sidesOf(size.tree) !== undefined } }),
    ...(seed === undefined ? {} : { seedRange: seedRange(seed) }),
    ...(optionOf(input.get('sync_mode')?.tree, 'boolean') !== undefined
      ? { always: { sync_mode: false } }
      : {}),
    returns: files,
    notesFor: (sent) => conditionNotes(input, sent, fields),
    schema,
    fromOutput: readAnswer(files.length === 0 ? undefined : files),
  };
  return model;
}

function fieldOf({ input }: EndpointSchema, names: readonly string[] | undefined): Field | undefined {
  const [name] = names ?? [];
  return name === undefined ? undefined : input.get(name);
}

function isList({ tree }: Field): boolean {
  return optionsOf(tree).some(({ kind }) => kind === 'list');
}

function formatOf(word: string): OutputFormat {
  return word === 'jpg' ? 'jpeg' : (word as OutputFormat);
}

/** fal writes JPEG as `jpeg` or `jpg`. */
function namesOfFormats({ tree }: Field): Partial<Record<OutputFormat, string>> {
  return Object.fromEntries(formatWords(tree).map((word) => [formatOf(word), word]));
}

/** The format that comes back if none is requested; PNG where fal does not say. The bytes decide in the end. */
function defaultFormat(field: Field | undefined): OutputFormat {
  const { fallback } = field ?? {};
  return typeof fallback === 'string' && /^(png|jpe?g|webp)$/.test(fallback) ? formatOf(fallback) : 'png';
}

/** Whole numbers that the field takes, none below 0 if it can be helped. */
function seedRange({ tree }: Field): { min: number; max: number } {
  const numbers = optionOf(tree, 'number');
  const [only] = numbers?.values ?? [];
  if (only !== undefined) return { min: only, max: only };
  const least = lowEnd(numbers ?? {}, true).value;
  const most = highEnd(numbers ?? {}, true).value;
  const max = Math.min(LARGEST_SEED, most);
  return { min: Math.min(max, Math.max(least, most < 0 ? -LARGEST_SEED : 0)), max };
}

function purposeOf({ endpoint, category, input }: EndpointSchema): string {
  const kind = category !== undefined && /^[a-z0-9-]{1,40}$/.test(category) ? category : 'picture editing';
  const extras = [...input.values()].some(takesMask) ? ', with a mask' : '';
  return `${kind} by ${endpoint.split('/', 1)[0] ?? 'fal'}${extras}; described by fal's own schema`;
}
