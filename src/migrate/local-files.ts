import { findFileFields, withValueAt, type FileField } from '../models/fields.js';
import type { Model } from '../models/model.js';

/** The files of this machine that an input names: fal cannot read them. */
export function localFiles(model: Model, input: Readonly<Record<string, unknown>>): FileField[] {
  return findFileFields(model.input, input).filter(
    ({ role, value }) =>
      !/^[a-z][a-z0-9+.-]+:/i.test(value) &&
      (role === 'picture' || value.toLowerCase().endsWith('.safetensors')),
  );
}

/** The input with other names for its files of this machine. */
export function withLocalFiles(
  model: Model,
  input: Readonly<Record<string, unknown>>,
  rename: (file: string) => string,
): Record<string, unknown> {
  return localFiles(model, input).reduce<Record<string, unknown>>(
    (whole, { path, value }) => withValueAt(whole, path, rename(value)) as Record<string, unknown>,
    { ...input },
  );
}
