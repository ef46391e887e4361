import { FalEditError } from '../../errors/error.js';
import type { Difference } from '../../models/drift/difference.js';
import type { ModelCheck } from './check.js';

/** Change of a model's price, in words; undefined if unchanged or unknown. */
export function priceChange({ model, price, status }: ModelCheck): string | undefined {
  if (price === undefined || status === 'missing') return undefined;
  if (price === null) return 'fal publishes no price';
  if (model.price === undefined) return undefined;
  const { unitUsd } = model.price;
  if (!/megapixel/i.test(price.unit)) return `$${price.unitUsd} per "${price.unit}", here: per megapixel`;
  return price.unitUsd === unitUsd ? undefined : `$${price.unitUsd} a megapixel, here: $${unitUsd}`;
}

/** Whether fal no longer takes something that fal-edit may send. */
export function hasDrift({ status, differences }: ModelCheck): boolean {
  return status === 'missing' || differences.some(({ gravity }) => gravity === 'drift');
}

/** A difference in words, with fal's value and ours. */
export function differenceText({ what, ours, fals }: Difference): string {
  switch (what) {
    case 'added':
      return `new at fal (${fals ?? 'anything'})`;
    case 'gone':
      return 'fal no longer has it, and would ignore it';
    case 'required':
      return 'required by fal now, optional here';
    case 'not_compared':
      return `cannot be compared: ${fals ?? 'unknown reason'}`;
    default:
      return `${what} at fal: ${fals ?? 'none'}; here: ${ours ?? 'none'}`;
  }
}

/**
 * Error that a check ends with: drift, else a refused key, else fal being unreachable if nothing could be checked.
 * Undefined if no problem was found.
 *
 * @param sandbox whether the check used the built-in sandbox instead of fal
 */
export function verdictOf(checks: readonly ModelCheck[], sandbox: boolean): FalEditError | undefined {
  const drifted = checks.filter(hasDrift);
  if (drifted.length > 0) {
    const names = drifted.map(({ model }) => model.name).join(', ');
    return new FalEditError('expectation', `fal no longer takes what fal-edit may send to ${names}.`, {
      hint: 'See the lines with "drift". Do not use those settings, or update fal-edit.',
    });
  }
  const failures = checks.flatMap(({ unchecked }) => unchecked.flatMap(({ error }) => error ?? []));
  const refusal = failures.find(({ kind }) => kind === 'auth' || kind === 'account');
  if (refusal !== undefined) return refusal;
  const [first] = failures;
  return first !== undefined && !checks.some(isKnown) ? unreached(first, sandbox) : undefined;
}

function isKnown({ status, price, unchecked }: ModelCheck): boolean {
  return status !== undefined || price !== undefined || !unchecked.some(({ part }) => part === 'schema');
}

/** The built-in sandbox runs in this process, so the network is not the cause. */
const SANDBOX_HINT =
  'The built-in sandbox was asked. Check FAL_EDIT_TOXIC, or allow more time with --timeout.';

function unreached({ message, hint, details, origin }: FalEditError, sandbox: boolean): FalEditError {
  return new FalEditError('temporary', `Nothing could be checked: ${message}`, {
    hint: sandbox ? SANDBOX_HINT : (hint ?? 'The proxy must let https://api.fal.ai through.'),
    details,
    origin,
  });
}
