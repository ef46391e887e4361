import { type FalEditError, fieldError } from '../errors/error.js';
import { didYouMean } from '../near-name.js';
import { shellWords } from '../shell-words.js';
import { isEndpointId } from './endpoint-id.js';
import { flux2Edit } from './flux-2-edit.js';
import { flux2Lora } from './flux-2-lora.js';
import { fluxDev } from './flux-dev.js';
import { fluxGeneral } from './flux-general.js';
import { genericModel } from './generic.js';
import type { ListedModel, Model } from './model.js';
import { SHORT_NAMES } from './short-names.js';

/** Every listed model, the default first. A new one is added only here. */
export const MODELS: readonly [ListedModel, ...ListedModel[]] = [fluxGeneral, flux2Lora, flux2Edit, fluxDev];

const OWNER = 'fal-ai/';

/** Models made from fal's schemas in this process, by the names and endpoint ids that they were loaded for. */
const loaded = new Map<string, Model>();
/** Models by endpoint and hash of their schema, for jobs that were requested with an older one. */
const bySchema = new Map<string, Model>();

/** The endpoint of an edit, and the hash of the schema that it was requested with, if it has one. */
export interface RequestedWith {
  endpoint: string;
  schemaHash?: string | undefined;
}

/** All names of a model: short, full endpoint id, and the id without its owner. */
function namesOf(model: Model): string[] {
  return [model.name, model.endpoint, model.endpoint.replace(OWNER, '')];
}

function spelled(name: string): string {
  return name.trim().replace(/\/+$/, '');
}

/** The listed model with that name, in any of its spellings; the default if none is given. */
export function listedModel(name: string | undefined): Model | undefined {
  if (name === undefined) return MODELS[0];
  const wanted = spelled(name);
  return MODELS.find((model) => namesOf(model).includes(wanted));
}

/**
 * The endpoint ids that the name of an unlisted model may stand for, the likeliest first; empty if it is no name of an
 * endpoint. Every id has the form of one.
 *
 * @param names the user's own names; they win over ours
 */
export function endpointsNamed(
  name: string,
  names: ReadonlyMap<string, string> = new Map<string, string>(),
): readonly string[] {
  const wanted = spelled(name);
  const short = Object.hasOwn(SHORT_NAMES, wanted) ? SHORT_NAMES[wanted] : undefined;
  const endpoint = names.get(wanted) ?? short ?? wanted;
  const ids = endpoint.startsWith(OWNER) ? [endpoint] : [endpoint, OWNER + endpoint];
  return ids.filter(() => isEndpointId(endpoint));
}

/**
 * Makes a model known that was made from a schema. It never hides a listed one.
 *
 * @param names further names that it was loaded for
 */
export function addModel(model: Model, ...names: readonly string[]): void {
  for (const name of [model.endpoint, ...names.map(spelled)]) loaded.set(name, model);
  addFormerModel(model);
}

/** Makes a model known to the jobs that were requested with its schema. Its name leads to it no longer. */
export function addFormerModel(model: Model): void {
  if (model.schema !== undefined) bySchema.set(`${model.endpoint} ${model.schema.hash}`, model);
}

/** Whether this process has loaded the schema with that hash. */
export function isSchemaLoaded(endpoint: string, hash: string): boolean {
  return bySchema.has(`${endpoint} ${hash}`);
}

/**
 * The model that an edit was requested with, however much of it is still known: of a schema that is not loaded, a newer
 * one does, and without any, a model that knows only the endpoint.
 *
 * @param fields that are known even then
 */
export function modelOfJob({ endpoint, schemaHash }: RequestedWith, fields?: Model['fields']): Model {
  const exact = schemaHash === undefined ? undefined : bySchema.get(`${endpoint} ${schemaHash}`);
  return (
    MODELS.find((model) => model.endpoint === endpoint) ??
    exact ??
    loaded.get(endpoint) ??
    genericModel(endpoint, fields)
  );
}

/**
 * The model with that name, in any of its spellings; the default if none is given. Names of the user are loaded first
 * (edit/models/loader.ts). Refuses unknown names (exit 2).
 *
 * @param where name of the setting: `--model`, or the variable that the name came from
 */
export function findModel(name: string | undefined, where = '--model'): Model {
  const found = knownModel(name);
  if (found !== undefined) return found;
  throw unknownModel(name ?? '', where);
}

/** As {@link findModel}; undefined if there is no such model, or it is not loaded. */
export function knownModel(name: string | undefined): Model | undefined {
  if (name === undefined) return MODELS[0];
  return (
    listedModel(name) ??
    [spelled(name), ...endpointsNamed(name)].map((id) => loaded.get(id)).find((model) => model !== undefined)
  );
}

/** @param others further names that it may be a typo of */
export function unknownModel(name: string, where: string, others: readonly string[] = []): FalEditError {
  const known = MODELS.map((model) => model.name).join(', ');
  const search = shellWords(['fal-edit', 'models', 'search', spelled(name)]);
  const names = [...MODELS.flatMap(namesOf), ...Object.keys(SHORT_NAMES), ...others];
  return fieldError(
    where,
    `unknown model "${name}". Available: ${known}, or an endpoint id of fal.`,
    didYouMean(spelled(name), names, spelled(name) === '' ? undefined : `Search fal's models: ${search}`),
  );
}
