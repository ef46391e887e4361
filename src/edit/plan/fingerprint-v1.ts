/*
 * Version 1 of the fingerprints, from releases before version 2. Used only to look up edits that were paid for under
 * them; nothing new is stored under one. They hash fal's input as sent, with files by the bytes that were uploaded. So
 * an input must be passed here as those releases sent it: without fields that they did not send, without later
 * defaults, and with the bytes that they made of a picture they converted.
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

/** Hash shared by equal rows. Hexadecimal. */
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

/** A plan with the hashes of what earlier releases uploaded, found by conversions where they are not known. */
export async function asPlannedByV1<P extends Pick<EditPlan, 'attachments'>>(plan: P): Promise<P> {
  const attachments = await Promise.all(
    plan.attachments.map(async (attachment) => {
      const { earlierUpload, findEarlierUpload } = attachment;
      if (earlierUpload !== undefined || findEarlierUpload === undefined) return attachment;
      return { ...attachment, earlierUpload: await findEarlierUpload() };
    }),
  );
  return { ...plan, attachments };
}

/** fal's input with files by their bytes, and without a seed that we chose. */
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
