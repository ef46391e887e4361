import { MAIN_NAMES } from '../models/schema/pictures.js';

/** A request as somebody kept it: fal's input, and the model where it is named. */
export interface KeptRequest {
  input: Record<string, unknown>;
  /** As the request names it. */
  model: string | undefined;
  /** The key that named it, for messages. */
  modelKey: string | undefined;
}

/** Names for the model beside an input, the most certain first. */
const MODEL_KEYS = ['endpoint', 'endpoint_id', 'app', 'model'];
/** Names for the input in a larger object. */
const INPUT_KEYS = ['input', 'arguments'];

/**
 * Finds fal's input in a saved request: the input itself, perhaps with a model beside its fields, or in `input`
 * or `arguments`, as in fal's clients and in our own `--json` documents.
 *
 * @returns if there is none, what the value is instead, for a sentence
 */
export function keptRequest(value: unknown): KeptRequest | string {
  if (!isObject(value)) return kindOf(value);
  const inputKey = INPUT_KEYS.find((key) => isWrapped(value, key));
  const inner = inputKey === undefined ? undefined : value[inputKey];
  const modelKey = MODEL_KEYS.find((key) => isModelName(value, key, inner !== undefined));
  const model = modelKey === undefined ? undefined : endpointOf(String(value[modelKey]));
  const input = isObject(inner) ? inner : value;
  return { input: input === value ? without(input, modelKey) : input, model, modelKey };
}

/** Beside the fields of an input, `model` may be a field of its own: the kind of an upscaler, `Standard V2`. */
function isModelName(value: Readonly<Record<string, unknown>>, key: string, isBeside: boolean): boolean {
  const name = value[key];
  if (typeof name !== 'string') return false;
  return isBeside || key !== 'model' || /^[a-z0-9][a-z0-9._:/?=&-]*$/.test(name);
}

/**
 * A document of ours repeats the prompt outside of its input. A field that only has the name of an input
 * contains no prompt, and stands beside a picture.
 */
function isWrapped(value: Readonly<Record<string, unknown>>, key: string): boolean {
  const inner = value[key];
  if (!isObject(inner)) return false;
  return Object.hasOwn(inner, 'prompt') || !MAIN_NAMES.some((name) => Object.hasOwn(value, name));
}

/** Whether an object is a request to fal, and not a row of a manifest. */
export function looksLikeRequest(fields: Readonly<Record<string, unknown>>): boolean {
  // In a manifest, any other name may be a column for the prompt.
  const names = Object.hasOwn(fields, 'image') ? ['image_url', 'image_urls'] : MAIN_NAMES;
  return names.some((name) => Object.hasOwn(fields, name)) || INPUT_KEYS.some((key) => isObject(fields[key]));
}

/** fal's addresses begin with a host, and the endpoint follows. */
function endpointOf(name: string): string {
  return name.replace(/^https?:\/\/(?:queue\.)?fal\.(?:run|ai)\/(?:models\/)?/, '').replace(/[?#].*$/s, '');
}

function without(
  input: Readonly<Record<string, unknown>>,
  name: string | undefined,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([key]) => key !== name));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'null';
  return { string: 'a string', number: 'a number' }[typeof value as string] ?? 'true or false';
}
