import * as z from 'zod';
import { fileFields } from './fields.js';
import type { Model } from './model.js';
import type { Field } from './schema/tree.js';
import { readTree } from './schema/walk.js';

/** Key that marks a file field in the JSON schema, with its role as the value. */
const FILE_MARK = 'x-fal-edit-file';

/**
 * A model's input as JSON schema (draft 2020-12). Fields that may hold a local file, which is then uploaded, are marked
 * with `x-fal-edit-file`: `picture`, `weights` or `method`.
 */
export function inputJsonSchema({ name, endpoint, purpose, input }: Model): Record<string, unknown> {
  const schema = z.toJSONSchema(input, {
    override: ({ zodSchema, jsonSchema }) => {
      const file = fileFields.get(zodSchema);
      if (file !== undefined) jsonSchema[FILE_MARK] = file.role;
      // zod writes the largest safe integers if there are no bounds.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  const { $schema, ...rest } = schema;
  return { $schema, title: name, description: `${purpose} (${endpoint})`, ...rest };
}

const read = new WeakMap<Model, ReadonlyMap<string, Field>>();

/** The fields of a model's input, with their types and texts. */
export function inputFields(model: Model): ReadonlyMap<string, Field> {
  const known = read.get(model);
  if (known !== undefined) return known;
  const schema = inputJsonSchema(model);
  const tree = readTree(schema, schema);
  const fields = tree.kind === 'object' ? tree.fields : new Map<string, Field>();
  read.set(model, fields);
  return fields;
}
