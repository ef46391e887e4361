import { inputJsonSchema } from '../../models/json-schema.js';
import type { Model, SchemaSource } from '../../models/model.js';
import { MODELS } from '../../models/registry.js';
import { optionOf } from '../../models/schema/tree.js';
import { SCHEMA_VERSION } from '../edit/document.js';
import {
  describeFields,
  fieldFor,
  isSet,
  lacks,
  limitsOf,
  loraScaleFor,
  sidesFor,
  type DescribedField,
} from '../../models/describe.js';

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
    base: model.base ?? null,
    purpose: model.purpose,
    example: model.example,
    // No limit is known where there is null.
    images: { min: 1, max: model.statesNoLimit === true ? null : model.maxImages },
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
    schema: model.schema === undefined ? null : schemaDocument(model.schema),
    returns: model.returns ?? ['images'],
    fields: describeFields(model).map(fieldDocument),
    lacks: lacks(model),
    input_schema: inputJsonSchema(model),
  };
}

function schemaDocument({ hash, readAt, origin }: SchemaSource): Record<string, unknown> {
  return { hash, read_at: new Date(readAt).toISOString(), origin };
}

function fieldDocument({ field, flag, allowed }: DescribedField): Record<string, unknown> {
  const { name, about, required, tree, fallback } = field;
  const numbers = optionOf(tree, 'number');
  return {
    name,
    flag: isSet(flag) ? null : flag,
    about,
    allowed,
    required,
    min: numbers?.min ?? null,
    max: numbers?.max ?? null,
    // Bounds that are not allowed themselves.
    above: numbers?.above ?? null,
    below: numbers?.below ?? null,
    values: optionOf(tree, 'text')?.words ?? numbers?.values ?? null,
    default: fallback ?? null,
  };
}

function loras(model: Model): Record<string, unknown> | null {
  const field = fieldFor(model, 'loras');
  if (field === undefined) return null;
  return { max: optionOf(field.tree, 'list')?.maxItems ?? null, scale: limitsOf(loraScaleFor(model)) };
}

function sizes(model: Model): Record<string, unknown> | null {
  const field = fieldFor(model, 'size');
  if (field === undefined) return null;
  return { names: optionOf(field.tree, 'text')?.words ?? [], ...limitsOf(sidesFor(model)) };
}
