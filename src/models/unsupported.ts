import { usageError } from '../errors.js';
import { listText } from '../text.js';
import type { Model } from './model.js';
import { MODELS } from './registry.js';
import { flagOf, FLAG_OF, type EditRequest, type NameOf, type RequestKey } from './request.js';

/**
 * Refuses every property of a request that the model has no field for: fal would silently ignore it (fal-api.md
 * 1.5). The message names the flag and the models that have it.
 *
 * @param nameOf name of a property, where that is not its flag (a setting in the environment, say)
 */
export function refuseUnsupported(
  model: Model,
  request: Partial<EditRequest>,
  nameOf: NameOf = flagOf,
): void {
  for (const key of Object.keys(FLAG_OF) as RequestKey[]) {
    if (request[key] === undefined || model.fields[key] !== undefined) continue;
    const others = MODELS.filter((other) => other.fields[key] !== undefined).map((other) => other.name);
    throw usageError(
      `${nameOf(key)}: ${model.name} has no such setting; fal would ignore it.`,
      others.length === 0
        ? undefined
        : `${listText(others, 'and')} ${others.length === 1 ? 'has' : 'have'} it: -m ${others[0] ?? ''}. Or leave it out.`,
    );
  }
}
