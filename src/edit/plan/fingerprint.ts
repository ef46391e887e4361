/*
 * INVARIANT: a fingerprint depends only on what the user asked for: the endpoint, the fields that were given, the files
 * as they are on the disk. It does not depend on bytes that this program made of them, on defaults (ours, fal's or a
 * schema's), or on anything that only changes the saved file: its name, its format if only the name asks for it,
 * --force, --keep-blanked, --alpha, --metadata, --icc. Paid edits are found again by their fingerprints, so they never change: another way to make
 * them is another version, beside this one (see fingerprint-v1.ts).
 */
import { hashOf, sha256Of } from '../../sha256.js';
import type { StoredOutput } from '../../ledger/job.js';
import { compact } from '../../models/wire.js';
import { withValueAt } from '../../models/fields.js';
import type { Model } from '../../models/model.js';
import {
  PICTURE_FLAGS,
  type EditRequest,
  type RequestKey,
  type UploadSettings,
} from '../../models/request.js';
import type { Attachment } from './attachments.js';

/** The current version of the fingerprints. */
export const FINGERPRINT_VERSION = 2;

/**
 * The values that the user gave, by fal's field names. A file is `{sha256}` of its bytes on the disk, whatever its name
 * and wherever it came from; an address or an id is unchanged. JSON values.
 */
export type Given = Record<string, unknown>;

/**
 * The values that the user gave in a request.
 *
 * @param request without a format that only the name of the output asks for
 * @param attachments all files named by the input made from it
 */
export function givenOf(
  model: Pick<Model, 'fields'>,
  { images, loras, seed, set = {}, ...others }: EditRequest,
  attachments: readonly Pick<Attachment, 'path' | 'source'>[],
  { seedIsOurs, pictures = {} }: { seedIsOurs: boolean; pictures?: UploadSettings | undefined },
): Given {
  // The field has the same name whether a flag or --set fills it.
  const fieldOf = (key: RequestKey): string => model.fields[key]?.[0] ?? key;
  // The files of --file are in `set` too.
  const plain = Object.entries({ ...others, files: undefined, ...(seedIsOurs ? {} : { seed }) });
  const given = compact({
    ...set,
    ...Object.fromEntries(plain.map(([key, value]) => [fieldOf(key as RequestKey), value])),
    // Always a list, even if the model takes only one.
    [fieldOf('images')]: images.length === 0 ? undefined : images,
    [fieldOf('loras')]: loras?.map(compact),
    ...uploadSettings(pictures),
  });
  return attachments.reduce<Given>((whole, { path, source }) => {
    if (source === undefined) return whole;
    const [field] = path;
    const at = field === fieldOf('images') && path.length === 1 ? [field, 0] : path;
    return withValueAt(whole, at, { sha256: source }) as Given;
  }, given);
}

/** Settings of the upload by their flags, whose names no field of fal has. */
function uploadSettings({ background, uploadAsIs, maxUpload, upscaleInput }: UploadSettings): Given {
  const given = { background, uploadAsIs, maxUpload, upscaleInput };
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [PICTURE_FLAGS[key as keyof typeof given], value]),
  );
}

/** Contents of a fingerprint. */
export interface FingerprintInput {
  model: Pick<Model, 'endpoint'>;
  given: Given;
}

/** Hash shared by equal edits. Hexadecimal. */
export function fingerprintOf({ model, given }: FingerprintInput): string {
  return hashOf([FINGERPRINT_VERSION, model.endpoint, given]);
}

/**
 * The fingerprint of a command. It also covers where the results go, as the user named it, and the way to fal. The seed
 * counts only if it was given, so that two runs of one command have the same fingerprint.
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
 * The seed of a row that names none: the same on every machine, but different for each attempt.
 *
 * @param attempt from 1
 * @returns a whole number in [0, 2^31)
 */
export function seedOf(key: string, attempt: number): number {
  return parseInt(sha256Of(`${key} ${attempt}`).slice(0, 8), 16) >>> 1;
}
