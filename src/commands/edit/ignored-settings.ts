import type { FlagValue } from '../../config/settings.js';
import { FLAGS_BEHIND, type EditingName, type EditingSettings } from '../flags/editing.js';
import type { Model } from '../../models/model.js';
import { findModel, MODELS } from '../../models/registry.js';
import { isRequestKey } from '../../models/request.js';
import { setEntries } from '../../models/set-fields.js';

/** A default that a model has no field for. */
export interface IgnoredSetting {
  /** Origin for messages: the flag, variable or file that it came from. */
  origin: string;
  /** Short name. */
  model: string;
}

/**
 * Removes defaults that the model has no field for, since they may be meant for another model. Typed settings stay,
 * and are refused by name later.
 *
 * @param isTyped by flag
 * @param typedKeys fields of `set` that were typed
 * @throws FalEditError (usage): there is no such model
 */
export function withoutIgnored(
  settings: EditingSettings,
  isTyped: (flag: EditingName) => boolean,
  typedKeys: ReadonlySet<string>,
): { settings: EditingSettings; ignored: IgnoredSetting[] } {
  const { values, origins } = settings;
  const name = values['model'];
  const model = findModel(typeof name === 'string' ? name : undefined, origins['model']);
  const ignored: IgnoredSetting[] = [];
  let kept: Partial<Record<EditingName, FlagValue>> | undefined;
  for (const [key, flags] of LACKABLE) {
    if (model.fields[key] !== undefined) continue;
    for (const flag of flags) {
      if (values[flag] === undefined || isTyped(flag)) continue;
      kept ??= { ...values };
      Reflect.deleteProperty(kept, flag);
      ignored.push({ origin: origins[flag] ?? `--${flag}`, model: model.name });
    }
  }
  const place = origins['set'] ?? '--set';
  const parts = [values['set'] ?? []].flat();
  const others = setEntries(parts, place).flatMap(([key]) =>
    typedKeys.has(key) || hasField(model, key) || !MODELS.some((other) => hasField(other, key)) ? [] : [key],
  );
  if (others.length > 0) {
    kept = { ...(kept ?? values), set: withoutKeys(parts, new Set(others), place) };
    for (const key of others) ignored.push({ origin: `${place} ${key}`, model: model.name });
  }
  return { settings: kept === undefined ? settings : { ...settings, values: kept }, ignored };
}

/** A typed picture is an argument; a prompt from a weaker setting may be meant for another model. */
const LACKABLE = [...FLAGS_BEHIND].flatMap(([key, flags]) =>
  !isRequestKey(key) || key === 'images' ? [] : [[key, flags] as const],
);

function hasField(model: Model, key: string): boolean {
  return Object.hasOwn(model.input.shape, key);
}

/** Parts of `set` without some of its fields. @param place of `set` in messages */
export function withoutKeys(
  parts: readonly FlagValue[],
  keys: ReadonlySet<string>,
  place: string,
): FlagValue[] {
  return parts.flatMap((part) =>
    setEntries(part, place).flatMap(([key, value]) => (keys.has(key) ? [] : [{ [key]: value as FlagValue }])),
  );
}

/** Counts ignored defaults, so that each is reported once and not for each row. */
export class IgnoredSettings {
  private readonly counts = new Map<string, { setting: IgnoredSetting; rows: number }>();

  add(setting: IgnoredSetting): void {
    const key = JSON.stringify(setting);
    const known = this.counts.get(key);
    if (known === undefined) this.counts.set(key, { setting, rows: 1 });
    else known.rows++;
  }

  lines(): string[] {
    return [...this.counts.values()].map(({ setting, rows }) => ignoredText(setting, rows));
  }
}

/** @param rows number of edits that ignore it, if there can be several */
export function ignoredText({ origin, model }: IgnoredSetting, rows?: number): string {
  const where = rows === undefined ? '' : rows === 1 ? ' in 1 row' : ` in ${rows} rows`;
  return `${origin}: ignored${where}; ${model} has no such setting.`;
}
