import { stat } from 'node:fs/promises';
import path from 'node:path';
import PQueue from 'p-queue';
import {
  readAttachment,
  type Attachment,
  type AttachmentReader,
  wasPossible,
} from '../../edit/plan/attachments.js';
import type { PlanCache } from '../../edit/plan/plan.js';
import { type FalEditError, inputFieldError } from '../../errors/error.js';
import { displayName } from '../../images/names.js';
import { PREPARATION } from '../../images/prepare.js';
import { readSource } from '../../images/sources.js';
import { sha256Of } from '../../sha256.js';
import { findDigest, putDigest } from '../../ledger/batch/digests.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { FileField } from '../../models/fields.js';
import { stampText } from '../folder/file-stamp.js';

/** Cached facts about a file, without its bytes. */
type Facts = Omit<
  Attachment,
  'path' | 'flag' | 'label' | 'upload' | 'original' | 'findEarlierUpload' | 'checked'
> & {
  upload: Omit<NonNullable<Attachment['upload']>, 'blob'>;
  source: string;
  preparation: string;
};

/**
 * Facts as stored: releases with fingerprints of version 1 stored nothing about the original file, and those before
 * {@link PREPARATION} nothing about the preparation.
 */
type NotedFacts = Omit<Facts, 'source' | 'preparation'> & Partial<Pick<Facts, 'source' | 'preparation'>>;

/** A file field and its file. */
type Reading = Parameters<AttachmentReader>;

/**
 * A file changed less than this before it was read may change again without its times changing: file system clocks
 * tick every few milliseconds, some only every two seconds.
 */
const TOO_FRESH_MS = 2_500;

/** Number of recent files whose facts are kept in memory: rows that name the same file are usually close together. */
const MOST_RECENT = 1_000;

/** Files that are in memory at a time, each with what is made of it for the upload. */
const FILES_AT_ONCE = 4;

/** Reads a file and waits for its check: what is cached of it is good. */
const readChecked: AttachmentReader = async (...reading) => {
  const attachment = await readAttachment(...reading);
  await attachment.checked;
  return { ...attachment, checked: undefined };
};

/** A cache that knows whether it missed anything. */
export interface AttachmentCache extends PlanCache {
  /** Whether any file was read whose later changes would go unnoticed. */
  hasUnremembered: () => boolean;
}

/**
 * Reads each file of a batch once, however many rows name it: in this run, and in later ones while its size and times
 * stay the same. Keeps no bytes: they are read again for the upload.
 */
export function attachmentCache(ledger: Ledger): AttachmentCache {
  const recent = new Map<string, Promise<Facts | undefined>>();
  const reader = new PQueue({ concurrency: FILES_AT_ONCE });
  // Fresh files are cached only for this run.
  const run = ` run ${ledger.context.self.pid} ${ledger.context.now()}`;

  const factsOf = async (file: string, reading: Reading): Promise<Facts | undefined> => {
    const stamp = await stampOf(file);
    if (stamp === undefined) return undefined;
    const known = findDigest(ledger, file);
    const isSame = known?.stamp === stamp.text || known?.stamp === stamp.text + run;
    const noted = isSame ? (known.facts as NotedFacts) : undefined;
    const preparation = preparationOf(reading);
    if (noted?.source !== undefined && noted.preparation === preparation) {
      return { ...noted, source: noted.source, preparation };
    }
    const uploaded = noted === undefined ? undefined : uploadedOnce(noted);
    const facts = await reader.add(async () =>
      withoutBytes(await readChecked(...reading), preparation, uploaded),
    );
    if (facts === undefined) return undefined;
    const isFresh = ledger.context.now() - stamp.changedAt < TOO_FRESH_MS;
    putDigest(ledger, file, { stamp: isFresh ? stamp.text + run : stamp.text, facts });
    return facts;
  };

  let hasUnremembered = false;
  const readAnew: AttachmentReader = async (...reading) => {
    const attachment = await readChecked(...reading);
    // The bytes of a data: URI are part of the row itself.
    hasUnremembered ||= attachment.upload !== undefined && !/^data:/i.test(reading[0].value);
    return attachment;
  };

  const read: AttachmentReader = async (...reading) => {
    const [field, , { cwd }] = reading;
    const file = localFile(field, cwd);
    if (file === undefined) return readAnew(...reading);
    const name = `${preparationOf(reading)} ${file}`;
    let facts = recent.get(name);
    if (facts === undefined) {
      if (recent.size >= MOST_RECENT) recent.clear();
      facts = factsOf(file, reading);
      recent.set(name, facts);
      // Errors are not cached: each row that names the file reports its own.
      facts.catch(() => recent.delete(name));
    }
    const found = await facts;
    return found === undefined ? readAnew(...reading) : withBytes(found, reading);
  };
  return { read, writable: new Set(), hasUnremembered: () => hasUnremembered };
}

/** Absolute path of the file that a field names; undefined if it names none, or is not read as a file. */
function localFile({ value, role }: FileField, cwd: string): string | undefined {
  if (value === '' || value === '-' || /^[a-z][a-z0-9+.-]+:/i.test(value)) return undefined;
  if (role !== 'picture' && !value.toLowerCase().endsWith('.safetensors')) return undefined;
  return path.resolve(cwd, value);
}

/** Undefined if there is no file: the caller that reads it reports the error. */
async function stampOf(file: string): Promise<{ text: string; changedAt: number } | undefined> {
  try {
    const stats = await stat(file);
    return { text: stampText(stats), changedAt: Math.max(stats.mtimeMs, stats.ctimeMs) };
  } catch {
    return undefined;
  }
}

/** How a file is prepared: by the version, and by the options that change its upload. */
function preparationOf([{ role }, , , options = {}]: Reading): string {
  if (role !== 'picture') return `${PREPARATION}`;
  const { asIs, background, maxPixels, atLeast, minimum, upscale } = options;
  const limit = maxPixels === undefined ? {} : { maxPixels, atLeast };
  const given = Object.entries({ asIs, background, ...limit, minimum, upscale });
  const text = given.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${JSON.stringify(value)}`],
  );
  return [PREPARATION, ...text].join(' ');
}

/** SHA-256 of what an earlier release uploaded, as far as the facts say. */
function uploadedOnce({ source, preparation, earlierUpload, upload }: NotedFacts): string | undefined {
  const isByEarlier = source === undefined || preparation === undefined;
  return earlierUpload ?? (isByEarlier ? upload.sha256 : undefined);
}

function withoutBytes(
  { name, upload, source, size, warnings, converted, earlierUpload }: Attachment,
  preparation: string,
  noted: string | undefined,
): Facts | undefined {
  if (upload === undefined || source === undefined) return undefined;
  const { sha256, contentType, fileName, bytes } = upload;
  const facts = { name, upload: { sha256, contentType, fileName, bytes }, source, size, warnings, converted };
  const earlier = noted ?? earlierUpload;
  return { ...facts, preparation, ...(earlier === undefined ? {} : { earlierUpload: earlier }) };
}

function withBytes(facts: Facts, reading: Reading): Attachment {
  const [field, flag, context, options] = reading;
  const { name, source, size, warnings, converted } = facts;
  const earlierUpload = wasPossible(options ?? {}) ? facts.earlierUpload : undefined;
  const isUnknown = converted !== undefined && wasPossible(options ?? {}) && earlierUpload === undefined;
  return {
    ...{ name, source, size, warnings, converted },
    ...(earlierUpload === undefined ? {} : { earlierUpload }),
    path: field.path,
    flag,
    label: displayName(field.value),
    upload: { ...facts.upload, blob: () => bytesAgain(field, flag, context, facts.upload.sha256, options) },
    ...(options === undefined || Object.keys(options).length === 0 ? {} : { prepared: options }),
    ...(isUnknown ? { findEarlierUpload: () => earlierUploadAgain(reading, facts.upload.sha256) } : {}),
    ...(field.role === 'picture'
      ? { original: () => originalAgain(field, flag, context, facts.source) }
      : {}),
  };
}

/** Finds out what an earlier release uploaded of a file whose facts are cached. */
async function earlierUploadAgain(reading: Reading, sha256: string): Promise<string> {
  const { findEarlierUpload } = await readAttachment(...reading);
  return (await findEarlierUpload?.()) ?? sha256;
}

/**
 * Reads again the bytes of a file that was read before.
 *
 * @throws FalEditError (input): the file has changed
 */
export async function bytesAgain(
  field: FileField,
  flag: string,
  context: Reading[2],
  sha256: string,
  options?: Reading[3],
): Promise<Blob> {
  const { upload } = await readChecked(field, flag, context, options);
  if (upload?.sha256 === sha256) return upload.blob();
  throw changedError(field, flag);
}

/**
 * Reads again a file as it is on the disk.
 *
 * @throws FalEditError (input): the file has changed
 */
export async function originalAgain(
  { value }: FileField,
  flag: string,
  context: Reading[2],
  sha256: string | undefined,
): Promise<Uint8Array> {
  const source = await readSource(value, context, flag);
  if (source.kind === 'bytes' && sha256Of(source.bytes) === sha256) return source.bytes;
  throw changedError({ value }, flag);
}

function changedError({ value }: Pick<FileField, 'value'>, flag: string): FalEditError {
  return inputFieldError(
    flag,
    `"${displayName(value)}" has changed since it was checked. This row was not sent.`,
    { hint: 'Run the batch again to edit the changed file.' },
  );
}
