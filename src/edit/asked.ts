import { hashOf } from '../ledger/canonical.js';
import { withValueAt } from '../models/fields.js';
import type { EditPlan } from './plan.js';

/**
 * Hash of what a command asks for: the input with its files by their bytes, where the results go, and the way to
 * fal. The seed counts only where the user gave it, so that two runs of one command have the same hash.
 */
export function askedHashOf(
  { model, input, attachments, seedIsOurs, delivery }: EditPlan,
  via: string,
): string {
  const byBytes = attachments.reduce<Record<string, unknown>>(
    (whole, { path, upload }) =>
      upload === undefined ? whole : (withValueAt(whole, path, upload.sha256) as Record<string, unknown>),
    input,
  );
  const { seed, ...rest } = byBytes;
  return hashOf([model.endpoint, via, seedIsOurs ? rest : { ...rest, seed }, delivery]);
}
