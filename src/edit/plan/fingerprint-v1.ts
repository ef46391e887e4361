/*
 * Version 1 of the fingerprints, as releases before version 2 made them: what was paid for under them is looked up
 * with them, and nothing new is stored under one. They hash fal's input as it was sent then, with files by the bytes
 * that were uploaded. So an input must be given here as those releases sent it: no field that they did not send, no
 * default that came later; and of a picture that they converted, the bytes that they made.
 */
import { hashOf } from '../../sha256.js';
import { storedOutput } from '../../ledger/rows.js';
import { withValueAt } from '../../models/fields.js';
import type { Attachment } from './attachments.js';
import type { EditPlan } from './plan.js';

/** Contents of a fingerprint of version 1. */
export type FingerprintInputV1 = Pick<EditPlan, 'model' | 'input' | 'seedIsOurs'> & {
  attachments: readonly (Pick<Attachment, 'path' | 'earlierUpload'> & {
    upload: Pick<NonNullable<Attachment['upload']>, 'sha256'> | undefined;
  })[];
};

/** Hash that equal rows had in common. Hexadecimal. */
export function wishV1({ model, ...request }: FingerprintInputV1): string {
  return hashOf([model.endpoint, wantedInput(request)]);
}

/** The fingerprint of a command. */
export function fingerprintV1(
  { output, ...plan }: FingerprintInputV1 & Pick<EditPlan, 'output'>,
  via: string,
): string {
  return hashOf([plan.model.endpoint, via, wantedInput(plan), storedOutput(output)]);
}

/** fal's input with files by their bytes, and without a seed that nobody asked for. */
function wantedInput({
  input,
  attachments,
  seedIsOurs,
}: Omit<FingerprintInputV1, 'model'>): Record<string, unknown> {
  const byBytes = attachments.reduce<Record<string, unknown>>((whole, { path, upload, earlierUpload }) => {
    const sha256 = earlierUpload ?? upload?.sha256;
    return sha256 === undefined ? whole : (withValueAt(whole, path, sha256) as Record<string, unknown>);
  }, input);
  const { seed, ...rest } = byBytes;
  return seedIsOurs ? rest : { ...rest, seed };
}
