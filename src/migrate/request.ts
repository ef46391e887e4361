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
  const modelKey = MODEL_KEYS.find((key) => typeof value[key] === 'string');
  const model = modelKey === undefined ? undefined : endpointOf(String(value[modelKey]));
  const inner = inputKey === undefined ? undefined : value[inputKey];
  const input = isObject(inner) ? inner : value;
  const namesModel = input === value && modelKey !== undefined;
  return { input: namesModel ? without(input, MODEL_KEYS) : input, model, modelKey };
}

/**
 * A document of ours repeats the prompt outside of its input. A field that only has the name of an input
 * contains no prompt.
 */
function isWrapped(value: Readonly<Record<string, unknown>>, key: string): boolean {
  const inner = value[key];
  return isObject(inner) && (Object.hasOwn(inner, 'prompt') || !Object.hasOwn(value, 'prompt'));
}

/** Whether an object is a request to fal, and not a row of a manifest. */
export function looksLikeRequest(fields: Readonly<Record<string, unknown>>): boolean {
  const names = ['image_url', 'image_urls'];
  return names.some((name) => Object.hasOwn(fields, name)) || INPUT_KEYS.some((key) => isObject(fields[key]));
}

/** fal's addresses begin with a host, and the endpoint follows. */
function endpointOf(name: string): string {
  return name.replace(/^https?:\/\/(?:queue\.)?fal\.(?:run|ai)\/(?:models\/)?/, '').replace(/[?#].*$/s, '');
}

function without(
  input: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  const isName = ([key, value]: [string, unknown]): boolean =>
    names.includes(key) && typeof value === 'string';
  return Object.fromEntries(Object.entries(input).filter((entry) => !isName(entry)));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'null';
  return { string: 'a string', number: 'a number' }[typeof value as string] ?? 'true or false';
}
