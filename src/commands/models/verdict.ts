import { FalEditError } from '../../errors.js';
import type { Difference } from '../../models/drift.js';
import type { ModelCheck } from './check.js';

/** How a model's price has changed, in words; undefined where it has not, or it is not known. */
export function priceChange({ model, price, status }: ModelCheck): string | undefined {
  if (price === undefined || status === 'missing') return undefined;
  if (price === null) return 'fal publishes no price';
  const { unitUsd } = model.price;
  if (!/megapixel/i.test(price.unit))
    return `$${price.unitUsd} for each of "${price.unit}", here: a megapixel`;
  return price.unitUsd === unitUsd ? undefined : `$${price.unitUsd} a megapixel, here: $${unitUsd}`;
}

/** Whether fal no longer takes something that is sent. */
export function hasDrift({ status, differences }: ModelCheck): boolean {
  return status === 'missing' || differences.some(({ gravity }) => gravity === 'drift');
}

/** A difference in words, with what is there and what is here. */
export function differenceText({ what, ours, fals }: Difference): string {
  switch (what) {
    case 'added':
      return `new at fal (${fals ?? 'anything'})`;
    case 'gone':
      return 'fal has it no longer, and would ignore it';
    case 'required':
      return 'required by fal now, optional here';
    case 'not_compared':
      return `cannot be compared: ${fals ?? 'it is not known why'}`;
    default:
      return `${what} at fal: ${fals ?? 'none'}; here: ${ours ?? 'none'}`;
  }
}

/**
 * What a check ends with: drift before a refused key, that before fal out of reach, which is an ending only where
 * nothing at all could be had. Undefined where all is well as far as it is known.
 *
 * @param sandbox whether the built-in sandbox was asked in place of fal
 */
export function verdictOf(checks: readonly ModelCheck[], sandbox: boolean): FalEditError | undefined {
  const drifted = checks.filter(hasDrift);
  if (drifted.length > 0) {
    const names = drifted.map(({ model }) => model.name).join(', ');
    return new FalEditError('expectation', `fal no longer takes what fal-edit may send to ${names}.`, {
      hint: 'See the lines with "drift". Leave those settings out, or look for a newer fal-edit.',
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

/** It runs in this process: no network is in the way. */
const SANDBOX_HINT =
  'The built-in sandbox was asked. It fails where FAL_EDIT_TOXIC says so; it may need more time: --timeout.';

function unreached({ message, hint, details, origin }: FalEditError, sandbox: boolean): FalEditError {
  return new FalEditError('temporary', `Nothing could be checked. The first reason: ${message}`, {
    hint: sandbox ? SANDBOX_HINT : (hint ?? 'A proxy has to let https://api.fal.ai through.'),
    details,
    origin,
  });
}
