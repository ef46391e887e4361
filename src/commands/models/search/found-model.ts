import { FalEditError } from '../../../errors/error.js';
import { documentOf } from '../../../fal/platform/schema-document.js';
import type { FoundEndpoint } from '../../../fal/platform/search.js';
import { isEndpointId } from '../../../models/endpoint-id.js';
import { inputFields } from '../../../models/json-schema.js';
import type { Model } from '../../../models/model.js';
import { listedModel } from '../../../models/registry.js';
import { schemaModel } from '../../../models/schema/adapter.js';
import { readDocument } from '../../../models/schema/document.js';
import { takesMask, takesPicture } from '../../../models/schema/pictures.js';
import type { Field } from '../../../models/schema/tree.js';

/** Whether a model has to be given something, may be given it, or does not take it. */
export type Need = 'required' | 'optional' | 'none';

/** The things that a model takes. */
export interface Takes {
  /** Pictures that it edits together; undefined: fal states no limit. 0: pictures only by the names of their fields. */
  maxImages: number | undefined;
  prompt: Need;
  mask: Need;
  loras: boolean;
}

/** A model of fal's catalogue. Its texts come from fal and are not trusted. */
export interface FoundModel {
  endpoint: string;
  /** Name of the listed model; undefined for any other. */
  name: string | undefined;
  title: string | undefined;
  category: string | undefined;
  /** Or why fal-edit cannot use it. */
  takes: Takes | { why: string };
  price: { unitUsd: number; unit: string } | undefined;
}

/** A model as far as its entry in the catalogue tells. Never throws for what the entry holds. */
export function foundModel(entry: FoundEndpoint, price: FoundModel['price']): FoundModel {
  const { endpoint, title, category } = entry;
  const listed = listedModel(endpoint);
  return { endpoint, name: listed?.name, title, category, takes: takesOf(entry, listed), price };
}

function takesOf({ endpoint, openapi }: FoundEndpoint, listed: Model | undefined): FoundModel['takes'] {
  if (listed !== undefined) return taken(listed, inputFields(listed));
  if (!isEndpointId(endpoint)) return { why: 'its id is not the id of an endpoint' };
  const document = documentOf(openapi);
  if (document === undefined) return { why: 'fal publishes no schema for it' };
  try {
    const source = { hash: document.hash, readAt: 0, origin: 'fal' } as const;
    const model = schemaModel(endpoint, openapi, source);
    return taken(model, readDocument(endpoint, openapi).input);
  } catch (error) {
    if (!(error instanceof FalEditError)) throw error;
    const why = error.details?.['why'];
    return { why: typeof why === 'string' ? why : error.message };
  }
}

function taken(model: Model, input: ReadonlyMap<string, Field>): Takes {
  const [prompt = ''] = model.fields.prompt ?? [];
  const mask = [...input.values()].find((field) => takesPicture(field) && takesMask(field));
  return {
    maxImages:
      model.fields.images === undefined ? 0 : model.statesNoLimit === true ? undefined : model.maxImages,
    prompt: needOf(input.get(prompt)),
    mask: needOf(mask),
    loras: model.fields.loras !== undefined,
  };
}

function needOf(field: Field | undefined): Need {
  if (field === undefined) return 'none';
  return field.required ? 'required' : 'optional';
}
