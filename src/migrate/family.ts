import type { Model } from '../models/model.js';
import { MODELS } from '../models/registry.js';

/**
 * The model that somebody who has this one most likely thinks of: the one of another base that takes LoRAs if this one
 * does. Undefined where there is none, or more than one, or where the base of this one is unknown.
 */
export function usualOther(model: Model): Model | undefined {
  if (model.base === undefined) return undefined;
  const others = MODELS.filter(
    (other) =>
      other.base !== model.base && (other.fields.loras === undefined) === (model.fields.loras === undefined),
  );
  return others.length === 1 ? others[0] : undefined;
}
