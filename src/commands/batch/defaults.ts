import path from 'node:path';
import type { FlagValue } from '../../config/settings.js';
import type { EditingSettings } from '../flags/editing.js';
import { findFileFields, withValueAt } from '../../models/fields.js';
import type { Model } from '../../models/model.js';
import { findModel } from '../../models/registry.js';
import { parseSetFields } from '../../models/set-fields.js';
import { parseLora } from '../edit/lora-spec.js';

/**
 * Settings of the batch with absolute paths, and a function that does the same for `--set`, which depends on the
 * model.
 */
export interface Defaults {
  settings: EditingSettings;
  /** Makes the paths in those `--set` pairs absolute that come from the batch and not from the row. */
  withSet: (merged: EditingSettings) => EditingSettings;
}

type Absolute = (text: string) => string;

/**
 * Makes paths in flags absolute: flags are relative to the working directory, rows to the folder of their manifest.
 *
 * @param folder absolute, of the rows
 */
export function absoluteDefaults(settings: EditingSettings, cwd: string, folder: string): Defaults {
  if (cwd === folder) return { settings, withSet: (merged) => merged };
  const absolute: Absolute = (text) => (isLocal(text) ? path.resolve(cwd, text) : text);
  const values = { ...settings.values };
  const change = (name: 'image' | 'prompt-file' | 'lora', to: Absolute): void => {
    const value = values[name];
    if (typeof value === 'string') values[name] = to(value);
    else if (Array.isArray(value)) values[name] = value.map(to);
  };
  change('image', absolute);
  change('prompt-file', absolute);
  change('lora', (spec) => absoluteLora(spec, absolute));
  const own = new Set(list(values['set']));
  const known = new Map<string, string>();
  return {
    settings: { ...settings, values },
    withSet: (merged) => {
      if (own.size === 0) return merged;
      const model = findModel(textOf(merged.values['model']), merged.origins['model']);
      const set = list(merged.values['set']).map((pair) => {
        if (!own.has(pair)) return pair;
        const key = `${model.name} ${pair}`;
        const made = known.get(key) ?? absolutePair(model, pair, absolute);
        known.set(key, made);
        return made;
      });
      return { ...merged, values: { ...merged.values, set } };
    },
  };
}

function absoluteLora(spec: string, absolute: Absolute): string {
  const { path: file, scale } = parseLora(spec, '--lora');
  if (!file.toLowerCase().endsWith('.safetensors')) return spec;
  return scale === undefined ? absolute(file) : `${absolute(file)}@${scale}`;
}

/** An invalid pair is left as it is; it is reported when the row is read. */
function absolutePair(model: Model, pair: string, absolute: Absolute): string {
  let fields: Record<string, unknown>;
  try {
    fields = parseSetFields(model, [pair]);
  } catch {
    return pair;
  }
  const files = findFileFields(model.input, fields).filter(
    ({ role, value }) => role === 'picture' || value.toLowerCase().endsWith('.safetensors'),
  );
  const changed = files.reduce<unknown>(
    (whole, { path: place, value }) => withValueAt(whole, place, absolute(value)),
    fields,
  ) as Record<string, unknown>;
  const [[key, value] = ['', undefined]] = Object.entries(changed);
  return `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
}

function isLocal(text: string): boolean {
  return text !== '' && text !== '-' && !/^[a-z][a-z0-9+.-]+:/i.test(text);
}

function textOf(value: FlagValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function list(value: FlagValue | undefined): string[] {
  return Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
}
