import { hashOf } from '../ledger/canonical.js';
import { withValueAt } from '../models/fields.js';
import type { Attachment } from './attachments.js';
import type { EditPlan } from './plan.js';

/**
 * Hash of what a command asks for: the input with its files by their bytes, where the results go, and the way to
 * fal. The seed counts only where the user gave it, so that two runs of one command have the same hash.
 */
export function askedHashOf(
  { model, input, attachments, seedIsOurs, delivery }: EditPlan,
  via: string,
): string {
  return hashOf([model.endpoint, via, wantedInput(input, attachments, seedIsOurs), delivery]);
}

/** What an input asks for, whatever its files are called: by their bytes, and without a seed that nobody asked for. */
export function wantedInput(
  input: Record<string, unknown>,
  attachments: readonly Attachment[],
  seedIsOurs: boolean,
): Record<string, unknown> {
  const byBytes = attachments.reduce<Record<string, unknown>>(
    (whole, { path, upload }) =>
      upload === undefined ? whole : (withValueAt(whole, path, upload.sha256) as Record<string, unknown>),
    input,
  );
  const { seed, ...rest } = byBytes;
  return seedIsOurs ? rest : { ...rest, seed };
}
