/*
 * INVARIANT: a fingerprint follows from what the user asked for and from nothing else: the endpoint, the fields
 * that were given, the files as they are on the disk. Not from bytes that this program made of them, not from
 * defaults (ours, fal's or a schema's), not from what only changes the saved file: its name, its format where
 * the name alone asks for it, --force, --keep-blanked. Paid edits are found again by it, so it never changes:
 * another way to make fingerprints is another version, beside this one (see fingerprint-v1.ts).
 */
import { hashOf, sha256Of } from '../../sha256.js';
import type { StoredOutput } from '../../ledger/job.js';
import { compact } from '../../models/wire.js';
import { withValueAt } from '../../models/fields.js';
import type { Model } from '../../models/model.js';
import type { EditRequest, RequestKey } from '../../models/request.js';
import type { Attachment } from './attachments.js';

/** The version of the fingerprints that are made now. */
export const FINGERPRINT_VERSION = 2;

/**
 * The values that the user gave, by the names of fal's fields. A file is `{sha256}` of its bytes on the disk,
 * whatever it is called and however it came here; an address or an id stands as it was given. JSON values.
 */
export type Given = Record<string, unknown>;

/**
 * Takes from a request what its user gave.
 *
 * @param request without a format that only the name of the output asks for
 * @param attachments all files that the input made of it names
 */
export function givenOf(
  model: Pick<Model, 'fields'>,
  { images, loras, seed, set = {}, ...others }: EditRequest,
  attachments: readonly Pick<Attachment, 'path' | 'source'>[],
  seedIsOurs: boolean,
): Given {
  // The name of the field is the same whether a flag or --set fills it.
  const fieldOf = (key: RequestKey): string => model.fields[key]?.[0] ?? key;
  const plain = Object.entries({ ...others, ...(seedIsOurs ? {} : { seed }) });
  const given = compact({
    ...set,
    ...Object.fromEntries(plain.map(([key, value]) => [fieldOf(key as RequestKey), value])),
    // A list, whether or not the model takes several.
    [fieldOf('images')]: images.length === 0 ? undefined : images,
    [fieldOf('loras')]: loras?.map(compact),
  });
  return attachments.reduce<Given>((whole, { path, source }) => {
    if (source === undefined) return whole;
    const [field] = path;
    const at = field === fieldOf('images') && path.length === 1 ? [field, 0] : path;
    return withValueAt(whole, at, { sha256: source }) as Given;
  }, given);
}

/** Contents of a fingerprint. */
export interface FingerprintInput {
  model: Pick<Model, 'endpoint'>;
  given: Given;
}

/** Hash that equal edits have in common. Hexadecimal. */
export function fingerprintOf({ model, given }: FingerprintInput): string {
  return hashOf([FINGERPRINT_VERSION, model.endpoint, given]);
}

/**
 * The fingerprint of a command: also where its results go, as the user named it, and the way to fal. The seed counts
 * only where it was given, so that two runs of one command have the same.
 */
export function askedHashOf(
  { model, given, output }: FingerprintInput & { output: StoredOutput },
  via: string,
): string {
  const { cwd, template, numberWhenTaken, name } = output;
  return hashOf([
    ...[FINGERPRINT_VERSION, model.endpoint, via, given],
    { cwd, template, numberWhenTaken, name },
  ]);
}

/**
 * The seed of a row that names none: the same on every machine, another one for each try.
 *
 * @param attempt from 1
 * @returns a whole number in [0, 2^31)
 */
export function seedOf(key: string, attempt: number): number {
  return parseInt(sha256Of(`${key} ${attempt}`).slice(0, 8), 16) >>> 1;
}
