import type { Model } from '../models/model.js';
import { MODELS } from '../models/registry.js';

/** The base models that LoRAs are trained for. */
export type Family = 'FLUX.1' | 'FLUX.2';

/** What a model is built on: fal's endpoints of FLUX.2 begin alike, and all others here are FLUX.1. */
export function familyOf({ endpoint }: Pick<Model, 'endpoint'>): Family {
  return endpoint.startsWith('fal-ai/flux-2/') ? 'FLUX.2' : 'FLUX.1';
}

/**
 * The model that somebody who has this one most likely thinks of: the one of the other family that takes LoRAs if
 * this one does. Undefined where there is none, or more than one.
 */
export function usualOther(model: Model): Model | undefined {
  const others = MODELS.filter(
    (other) =>
      familyOf(other) !== familyOf(model) &&
      (other.fields.loras === undefined) === (model.fields.loras === undefined),
  );
  return others.length === 1 ? others[0] : undefined;
}
