import path from 'node:path';
import type { FlagValue } from '../../config/settings.js';
import type { EditingSettings } from '../flags/editing.js';
import { findFileFields, withValueAt } from '../../models/fields.js';
import { parseLora } from '../../models/lora-text.js';
import type { Model } from '../../models/model.js';
import { parseSetFields, setEntries } from '../../models/set-fields.js';

type Absolute = (text: string) => string;

/**
 * Settings of a batch with absolute paths: flags are relative to the working directory, rows to the folder of their
 * manifest. Which fields of `set` are paths depends on the model.
 *
 * @param folder absolute, of the rows
 */
export function absoluteDefaults(
  settings: EditingSettings,
  cwd: string,
  folder: string,
): (model: Model) => EditingSettings {
  if (cwd === folder) return () => settings;
  const absolute: Absolute = (text) => (isLocal(text) ? path.resolve(cwd, text) : text);
  const values = { ...settings.values };
  const change = (name: 'image' | 'prompt-file' | 'lora', to: (value: FlagValue) => FlagValue): void => {
    const value = values[name];
    if (value !== undefined) values[name] = Array.isArray(value) ? value.map(to) : to(value);
  };
  change('image', (value) => (typeof value === 'string' ? absolute(value) : value));
  change('prompt-file', (value) => (typeof value === 'string' ? absolute(value) : value));
  change('lora', (value) => absoluteLora(value, absolute));
  const { set, file } = values;
  if (file !== undefined) values.file = absoluteFiles(file, absolute);
  if (set === undefined) return () => ({ ...settings, values });
  const known = new Map<string, EditingSettings>();
  return (model) => {
    const before = known.get(model.name);
    if (before !== undefined) return before;
    const made = { ...settings, values: { ...values, set: absoluteSet(model, set, absolute) } };
    known.set(model.name, made);
    return made;
  };
}

function absoluteLora(value: FlagValue, absolute: Absolute): FlagValue {
  const lora = typeof value === 'string' ? parseLora(value, '--lora') : value;
  if (typeof lora !== 'object' || lora === null || !('path' in lora)) return value;
  const { path: file, scale } = lora;
  if (typeof file !== 'string' || !file.toLowerCase().endsWith('.safetensors')) return value;
  return { path: absolute(file), ...(scale === undefined ? {} : { scale }) };
}

/** An invalid value is left as it is; it is reported when the row is read. */
function absoluteSet(model: Model, set: FlagValue, absolute: Absolute): FlagValue[] {
  return [set].flat().map((part) => {
    let fields: Record<string, unknown>;
    try {
      fields = parseSetFields(model, part);
    } catch {
      return part;
    }
    const files = findFileFields(model.input, fields).filter(
      ({ role, value }) => role === 'picture' || value.toLowerCase().endsWith('.safetensors'),
    );
    const changed = files.reduce<unknown>(
      (whole, { path: at, value }) => withValueAt(whole, at, absolute(value)),
      fields,
    );
    return files.length === 0 ? part : (changed as FlagValue);
  });
}

/** The files of `--file`: `field=path`, or objects of them. */
function absoluteFiles(file: FlagValue, absolute: Absolute): FlagValue[] {
  return [file]
    .flat()
    .map((part) =>
      Object.fromEntries(
        setEntries(part, '--file').map(([key, value]) => [
          key,
          [value].flat().map((one) => (typeof one === 'string' ? absolute(one) : one)) as FlagValue,
        ]),
      ),
    );
}

function isLocal(text: string): boolean {
  return text !== '' && text !== '-' && !/^[a-z][a-z0-9+.-]+:/i.test(text);
}
