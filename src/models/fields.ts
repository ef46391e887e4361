import * as z from 'zod';
import type { FileWish } from './request.js';

// By default zod compiles each schema on first use, which pays off only after many uses; a run has one or two.
z.config({ jitless: true });

/**
 * Kind of file that a string field of fal's input points to, which decides how a local path in it is uploaded. `file`: as
 * it is, because the user asked for it.
 */
export type FileRole = 'picture' | 'weights' | 'method' | 'file';

/** Marks the fields that hold files, at any depth of a model's schema. */
export const fileFields = z.registry<{ role: FileRole }>();

/** A field that fal reads a picture from: a URL when sent, a local path when the user sets it. */
export function pictureUrl(about: string): z.ZodString {
  return z.string().min(1).meta({ description: about }).register(fileFields, { role: 'picture' });
}

/** A field that fal reads model weights from: a URL or an id when sent; a local `.safetensors` file is uploaded. */
export function weights(about: string): z.ZodString {
  return z.string().min(1).meta({ description: about }).register(fileFields, { role: 'weights' });
}

/** Like {@link weights}, for a field that also takes a name known to fal (`canny`, `pose`, …). */
export function method(about: string): z.ZodString {
  return z.string().min(1).meta({ description: about }).register(fileFields, { role: 'method' });
}

/** An optional field with fal's default. The default is documentation: an unset field is not sent. */
export function optional<T extends z.ZodType>(
  schema: T,
  about: string,
  fallback?: unknown,
): z.ZodOptional<T> {
  return schema.optional().meta({
    description: about,
    ...(fallback === undefined ? {} : { default: fallback }),
  });
}

/** `sync_mode`: only fal's default is allowed; the other value could lose a picture. */
export const noSyncMode = optional(
  z.literal(false, {
    error:
      'is not supported: fal would put the picture into its answer and keep no copy of it, ' +
      'so that a lost answer would be a lost picture',
  }),
  'Always false here.',
  false,
);

/** A file found in an input, with its path. */
export interface FileField {
  path: (string | number)[];
  role: FileRole;
  value: string;
}

/** All values in `input` that are in a file field of the schema, in the order of the input. */
export function findFileFields(
  schema: z.core.$ZodType,
  input: unknown,
  path: (string | number)[] = [],
): FileField[] {
  const file = fileFields.get(schema);
  if (file !== undefined && typeof input === 'string') return [{ path, role: file.role, value: input }];
  if (schema instanceof z.ZodOptional) return findFileFields(schema.unwrap(), input, path);
  if (schema instanceof z.ZodUnion) {
    // Several alternatives may hold the same file.
    const found = schema.options.flatMap((option) => findFileFields(option, input, path));
    return [...new Map(found.map((file) => [file.path.join('\0'), file])).values()];
  }
  if (schema instanceof z.ZodArray && Array.isArray(input)) {
    return input.flatMap((item, index) => findFileFields(schema.element, item, [...path, index]));
  }
  if (schema instanceof z.ZodObject && typeof input === 'object' && input !== null) {
    const shape = schema.shape as Record<string, z.core.$ZodType>;
    return Object.entries(input).flatMap(([key, value]) => {
      const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
      return field === undefined ? [] : findFileFields(field, value, [...path, key]);
    });
  }
  return [];
}

/** The files of an input: those in file fields of the schema, and those that the user named for other fields. */
export function filesOf(
  schema: z.core.$ZodType,
  input: unknown,
  wishes: readonly FileWish[] = [],
): FileField[] {
  const found = findFileFields(schema, input);
  const known = new Set(found.map(({ path }) => path.join('\0')));
  return [
    ...found,
    ...wishes
      .filter(({ path }) => !known.has(path.join('\0')))
      .map(({ path, value }): FileField => ({ path: [...path], role: 'file', value })),
  ];
}

/** The value at a path; undefined if there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

/** A copy of `input` with the value at `path` replaced. */
export function withValueAt(input: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  if (Array.isArray(input)) {
    return input.map((item: unknown, index) => (index === head ? withValueAt(item, rest, value) : item));
  }
  const record = input as Record<string, unknown>;
  return { ...record, [head]: withValueAt(record[head], rest, value) };
}
