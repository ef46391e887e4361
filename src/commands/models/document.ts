import { inputJsonSchema } from '../../models/json-schema.js';
import type { Model } from '../../models/model.js';
import { MODELS } from '../../models/registry.js';
import { SCHEMA_VERSION } from '../edit/document.js';
import { describeFields, isSet, lacks, shapeFor } from './describe.js';

/** Full description of models, for `--json`. */
export function modelsDocument(models: readonly Model[]): Record<string, unknown> {
  return { schema_version: SCHEMA_VERSION, status: 'ok', models: models.map(modelDocument) };
}

function modelDocument(model: Model): Record<string, unknown> {
  const { price } = model;
  return {
    name: model.name,
    endpoint: model.endpoint,
    default: model === MODELS[0],
    base: model.base,
    purpose: model.purpose,
    example: model.example,
    images: { min: 1, max: model.maxImages },
    loras: loras(model),
    sizes: sizes(model),
    formats: model.formats,
    default_format: model.defaultFormat,
    price:
      price === undefined
        ? null
        : {
            unit_price_usd: price.unitUsd,
            unit: price.unit,
            billed: model.billed ?? null,
            date: price.date,
            source: price.source,
          },
    fields: describeFields(model).map(({ name, flag, about, allowed, required, shape }) => ({
      name,
      flag: isSet(flag) ? null : flag,
      about,
      allowed,
      required,
      min: shape.min ?? null,
      max: shape.max ?? null,
      values: shape.words ?? null,
      default: shape.fallback ?? null,
    })),
    lacks: lacks(model),
    input_schema: inputJsonSchema(model),
  };
}

function loras(model: Model): Record<string, unknown> | null {
  const shape = shapeFor(model, 'loras');
  if (shape === undefined) return null;
  const { min, max } = shape.items?.fields?.['scale'] ?? {};
  return { max: shape.maxItems ?? null, scale: { min: min ?? null, max: max ?? null } };
}

function sizes(model: Model): Record<string, unknown> | null {
  const shape = shapeFor(model, 'size');
  if (shape === undefined) return null;
  const { min, max } = shape.fields?.['width'] ?? {};
  return { names: shape.words ?? [], min: min ?? null, max: max ?? null };
}
