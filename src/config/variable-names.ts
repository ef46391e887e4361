import { distance } from 'fastest-levenshtein';
import { usageError } from '../errors/error.js';
import type { VariableLayer } from './environment.js';
import { nearName } from '../near-name.js';
import { variableOf, type FlagDefinition } from './flag-definition.js';

/** Folder of the ledger: our only variable without a flag. */
export const STATE_DIR = 'FAL_EDIT_STATE_DIR';

const PREFIX = 'FAL_EDIT_';

/**
 * Warnings about variables that no command reads, with the nearest name where one is close.
 *
 * @param own flags of the command that runs
 * @throws FalEditError (usage): one is close to a cap or a guard of this command, which would not hold
 */
export function unknownVariables(
  { variables, origin }: VariableLayer,
  flags: readonly FlagDefinition[],
  own: ReadonlySet<string>,
): string[] {
  const flagOf = new Map(flags.map((flag) => [variableOf(flag.name), flag]));
  const known = [...flagOf.keys(), STATE_DIR];
  const names = Object.keys(variables).filter(
    (name) => name.startsWith(PREFIX) && !known.includes(name) && (variables[name] ?? '') !== '',
  );
  return names.map((name) => {
    const label = `${name.replace(/[^\x21-\x7e]/g, '?')}${origin === '.env' ? ' (in .env)' : ''}`;
    const guards = known.filter((one) => flagOf.get(one)?.fromProject === 'stricter');
    // A name that is as close to a cap as to another flag is taken for the cap.
    const guard = nearName(name, guards, PREFIX);
    const near = nearName(name, known, PREFIX);
    const isGuard = guard !== undefined && distance(name, guard) <= distance(name, near ?? '');
    if (isGuard && own.has(flagOf.get(guard)?.name ?? '')) {
      throw usageError(
        `${label} is not a setting of fal-edit. It may stand for ${guard}, which limits what you pay for.`,
        `Rename it to ${guard}, or unset it.`,
      );
    }
    const meant = near === undefined ? '' : ` Did you mean ${near}?`;
    return `${label} is not a setting of fal-edit and has no effect.${meant}`;
  });
}
