import path from 'node:path';
import type { ModelName } from '../../config/model-names.js';
import { fieldError } from '../../errors/error.js';
import { isEndpointId } from '../../models/endpoint-id.js';
import { listedModel } from '../../models/registry.js';
import { SHORT_NAMES } from '../../models/short-names.js';
import { shellWords } from '../../shell-words.js';

/** Endpoint ids by the user's own names for them. */
export type OwnNames = ReadonlyMap<string, string>;

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i;

/**
 * The user's own names for models. A trusted project's win over the user's; an untrusted one's may only add to them.
 *
 * @param given those of the user's own file first
 * @throws FalEditError (usage): a name or an id of a wrong form, the name of a listed model, or an untrusted file that
 * redefines a name
 */
export function ownNames(given: readonly ModelName[]): OwnNames {
  const names = new Map<string, string>();
  for (const one of given) {
    const endpoint = endpointOf(one);
    refuseUntrusted(one, endpoint, names);
    names.set(one.name, endpoint);
  }
  return names;
}

function endpointOf({ name, endpoint, origin }: ModelName): string {
  if (!NAME.test(name)) {
    throw fieldError(origin, `${JSON.stringify(name)} is no name: use letters, digits, dots and dashes.`);
  }
  if (listedModel(name) !== undefined) {
    throw fieldError(origin, `${name} is a listed model, which keeps its name. Choose another one.`);
  }
  if (typeof endpoint === 'string' && isEndpointId(endpoint)) return endpoint;
  throw fieldError(
    origin,
    `${name} must be an endpoint id such as fal-ai/flux-pro/kontext, not ${JSON.stringify(endpoint)}.`,
  );
}

function refuseUntrusted(
  { name, origin, standing, file }: ModelName,
  endpoint: string,
  known: OwnNames,
): void {
  if (standing === 'user' || standing === 'trusted') return;
  const before = known.get(name) ?? (Object.hasOwn(SHORT_NAMES, name) ? SHORT_NAMES[name] : undefined);
  const isNew = before === undefined || before === endpoint;
  if (isNew && standing === 'untrusted') return;
  const folder = path.dirname(file);
  throw fieldError(
    origin,
    isNew
      ? `${name} is refused until you trust ${folder}: the file belongs to another user.`
      : `${name} is refused until you trust ${folder}: it would no longer mean ${before}.`,
    `If you trust what it does: ${shellWords(['fal-edit', 'trust', folder])}. For this run only: --trust-project.`,
  );
}
