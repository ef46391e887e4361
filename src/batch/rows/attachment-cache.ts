import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readAttachment, type Attachment, type AttachmentReader } from '../../edit/plan/attachments.js';
import type { PlanCache } from '../../edit/plan/plan.js';
import { inputFieldError } from '../../errors/error.js';
import { displayName } from '../../images/names.js';
import { findDigest, putDigest } from '../../ledger/batch/digests.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { FileField } from '../../models/fields.js';
import { stampText } from '../folder/file-stamp.js';

/** The facts kept about a file that was read; its bytes are not. */
type Facts = Omit<Attachment, 'path' | 'flag' | 'label' | 'upload'> & {
  upload: Omit<NonNullable<Attachment['upload']>, 'blob'>;
  source: string;
};

/** As it was noted: releases that made fingerprints of version 1 noted nothing of the file itself. */
type NotedFacts = Omit<Facts, 'source'> & { source?: string };

/** The place of a file field, and the file. */
type Reading = Parameters<AttachmentReader>;

/**
 * A file that was written so short a time before it was read can be written again with the same times (the clock of
 * a file system ticks every few milliseconds, on some every two seconds).
 */
const TOO_FRESH_MS = 2_500;

/** Files of which it is kept in memory what they are: rows that name the same file mostly stand together. */
const MOST_RECENT = 1_000;

/** A cache that knows what it does not remember. */
export interface AttachmentCache extends PlanCache {
  /** Whether a file was read of which a later run would not notice that it has changed. */
  hasUnremembered: () => boolean;
}

/**
 * Reads the files of a batch, each once however many rows name it: in this run, and in later ones as long as size and
 * times of the file are the same. Keeps no bytes: they are read again for the upload.
 */
export function attachmentCache(ledger: Ledger): AttachmentCache {
  const recent = new Map<string, Promise<Facts | undefined>>();
  // Fresh files are known only within this run.
  const run = ` run ${ledger.context.self.pid} ${ledger.context.now()}`;

  const factsOf = async (file: string, reading: Reading): Promise<Facts | undefined> => {
    const stamp = await stampOf(file);
    if (stamp === undefined) return undefined;
    const known = findDigest(ledger, file);
    const isSame = known?.stamp === stamp.text || known?.stamp === stamp.text + run;
    const noted = isSame ? (known.facts as NotedFacts) : undefined;
    if (noted?.source !== undefined) return { ...noted, source: noted.source };
    const facts = withoutBytes(await readAttachment(...reading), noted?.upload.sha256);
    if (facts === undefined) return undefined;
    const isFresh = ledger.context.now() - stamp.changedAt < TOO_FRESH_MS;
    putDigest(ledger, file, { stamp: isFresh ? stamp.text + run : stamp.text, facts });
    return facts;
  };

  let hasUnremembered = false;
  const readAnew: AttachmentReader = async (...reading) => {
    const attachment = await readAttachment(...reading);
    // The bytes of a data: URI stand in the row itself.
    hasUnremembered ||= attachment.upload !== undefined && !/^data:/i.test(reading[0].value);
    return attachment;
  };

  const read: AttachmentReader = async (field, flag, context) => {
    const file = localFile(field, context.cwd);
    if (file === undefined) return readAnew(field, flag, context);
    let facts = recent.get(file);
    if (facts === undefined) {
      if (recent.size >= MOST_RECENT) recent.clear();
      facts = factsOf(file, [field, flag, context]);
      recent.set(file, facts);
      // What is wrong with it is said of each row that names it.
      facts.catch(() => recent.delete(file));
    }
    const found = await facts;
    return found === undefined ? readAnew(field, flag, context) : withBytes(found, [field, flag, context]);
  };
  return { read, writable: new Set(), hasUnremembered: () => hasUnremembered };
}

/** The file that a field names, absolute; undefined for what is none, or is not read as one. */
function localFile({ value, role }: FileField, cwd: string): string | undefined {
  if (value === '' || value === '-' || /^[a-z][a-z0-9+.-]+:/i.test(value)) return undefined;
  if (role !== 'picture' && !value.toLowerCase().endsWith('.safetensors')) return undefined;
  return path.resolve(cwd, value);
}

/** Undefined where there is no file: whoever reads it says what is wrong. */
async function stampOf(file: string): Promise<{ text: string; changedAt: number } | undefined> {
  try {
    const stats = await stat(file);
    return { text: stampText(stats), changedAt: Math.max(stats.mtimeMs, stats.ctimeMs) };
  } catch {
    return undefined;
  }
}

function withoutBytes(
  { name, upload, source, size, warnings, converted }: Attachment,
  earlierUpload: string | undefined,
): Facts | undefined {
  if (upload === undefined || source === undefined) return undefined;
  const { sha256, contentType, fileName, bytes } = upload;
  const facts = { name, upload: { sha256, contentType, fileName, bytes }, source, size, warnings, converted };
  return earlierUpload === undefined ? facts : { ...facts, earlierUpload };
}

function withBytes(facts: Facts, [field, flag, context]: Reading): Attachment {
  const label = displayName(field.value);
  return {
    ...facts,
    path: field.path,
    flag,
    label,
    size: facts.size,
    converted: facts.converted,
    upload: { ...facts.upload, blob: () => bytesAgain(field, flag, context, facts.upload.sha256) },
  };
}

/**
 * The bytes of a file that was read before.
 *
 * @throws FalEditError (input): it is another file now
 */
export async function bytesAgain(
  field: FileField,
  flag: string,
  context: Reading[2],
  sha256: string,
): Promise<Blob> {
  const { upload } = await readAttachment(field, flag, context);
  if (upload?.sha256 === sha256) return upload.blob();
  throw inputFieldError(
    flag,
    `"${displayName(field.value)}" has changed since it was checked. This row was not sent.`,
    { hint: 'Run the batch again to edit the changed file.' },
  );
}
