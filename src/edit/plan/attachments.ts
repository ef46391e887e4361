import path from 'node:path';
import type { Context } from '../../context.js';
import { inputFieldError, usageError } from '../../errors/error.js';
import type { Upload } from '../../fal/upload.js';
import { type Picture, preparePicture, type UploadOptions } from '../../images/prepare.js';
import { nameOf, readSource } from '../../images/sources.js';
import { otherSpelling } from '../../images/named-file.js';
import { openFile, openWeights } from '../../images/weights.js';
import { flagForField } from '../../models/explain.js';
import { filesOf, withValueAt, type FileField } from '../../models/fields.js';
import type { Model } from '../../models/model.js';
import { flagOf, type Dimensions, type FileWish, type NameOf } from '../../models/request.js';
import { uploadOfV1 } from './upload-v1.js';

/** A file that the input names: to be uploaded, or at a URL that fal reads itself. */
export interface Attachment {
  /** Its path in fal's input. */
  path: FileField['path'];
  /** The user's name for that field, e.g. `--image`. */
  flag: string;
  /** Its name in messages. */
  label: string;
  /** Base name without extension, for output templates. */
  name: string;
  /** Undefined for a URL or an id that fal reads itself. */
  upload: Upload | undefined;
  /** The bytes of the file on the disk; undefined for a file that is not local. */
  original?: (() => Promise<Uint8Array>) | undefined;
  /** SHA-256 of the file on the disk, or of the bytes from stdin or a data: URI; hexadecimal. */
  source: string | undefined;
  /**
   * SHA-256 of the bytes that an earlier release uploaded, if it is known and differs: as noted by a batch, or because
   * it uploaded the file itself, which is changed now. Fingerprints of version 1 use it.
   */
  earlierUpload?: string | undefined;
  /** Finds {@link earlierUpload} where it is not known, which takes a conversion. */
  findEarlierUpload?: (() => Promise<string>) | undefined;
  /** A check that goes on beside the planning; see {@link allChecked}. */
  checked?: Promise<void> | undefined;
  /** Size in pixels of a local picture. */
  size: Dimensions | undefined;
  warnings: string[];
  /** How the picture was converted before its upload. */
  converted: string | undefined;
  /** A file that the user named for a field that takes no picture by its schema. */
  role?: 'file' | undefined;
  /** The options that it was prepared with; absent for the defaults. JSON values. */
  prepared?: UploadOptions | undefined;
}

/** Changes to the pictures for their upload, one line each. */
export function notesOf(attachments: readonly Pick<Attachment, 'label' | 'converted'>[]): string[] {
  return attachments.flatMap(({ label, converted }) =>
    converted === undefined ? [] : [`${label}: ${converted}`],
  );
}

/** Reads and checks one file that an input names. @throws FalEditError (input) naming the flag and the file */
export type AttachmentReader = (
  field: FileField,
  flag: string,
  context: Pick<Context, 'cwd' | 'stdin' | 'signal'>,
  /** How a picture is uploaded. */
  options?: UploadOptions,
) => Promise<Attachment>;

/** An input with its local files by their names on the disk: `é` can be encoded in two ways. */
export async function spelledInput(
  model: Model,
  input: Record<string, unknown>,
  cwd: string,
  wishes: readonly FileWish[] = [],
): Promise<Record<string, unknown>> {
  let spelled: unknown = input;
  for (const { path: at, value } of filesOf(model.input, input, wishes)) {
    if (value === '' || value === '-' || /^[a-z][a-z0-9+.-]+:/i.test(value)) continue;
    const found = await otherSpelling(path.resolve(cwd, value));
    if (found === undefined) continue;
    const name = path.isAbsolute(value) ? found : path.relative(cwd, found);
    spelled = withValueAt(spelled, at, name);
  }
  return spelled as Record<string, unknown>;
}

/**
 * Reads and checks every file that an input names, at any depth. Nothing is sent.
 *
 * @throws FalEditError (input) naming the flag and the file
 */
export async function readAttachments(
  model: Model,
  input: Record<string, unknown>,
  context: Pick<Context, 'cwd' | 'stdin' | 'signal'>,
  nameOf: NameOf = flagOf,
  read: AttachmentReader = readAttachment,
  options: UploadOptions = {},
  wishes: readonly FileWish[] = [],
): Promise<Attachment[]> {
  const fields = filesOf(model.input, input, wishes);
  if (fields.filter(({ value }) => value === '-').length > 1) {
    throw usageError('- (stdin) is given twice, but can be read only once.');
  }
  return Promise.all(
    fields.map((field) => read(field, flagForField(model, field.path, nameOf), context, options)),
  );
}

/**
 * Waits for the checks of files that go on beside the planning. Call it before anything is sent.
 *
 * @throws FalEditError (input): a file is damaged
 */
export async function allChecked(attachments: readonly Pick<Attachment, 'checked'>[]): Promise<void> {
  for (const { checked } of attachments) await checked;
}

/** Reads the file itself, without a cache. */
export const readAttachment: AttachmentReader = (field, flag, context, options) =>
  field.role === 'picture' ? readPicture(field, flag, context, options) : readWeights(field, flag, context);

async function readPicture(
  { path, value }: FileField,
  flag: string,
  context: Pick<Context, 'cwd' | 'stdin' | 'signal'>,
  options: UploadOptions = {},
): Promise<Attachment> {
  const source = await readSource(value, context, flag);
  if (source.kind === 'url') return { ...remote(path, flag, source.url), name: nameOf(source) };
  const { signal } = context;
  const picture = await preparePicture(source, flag, { signal, ...options });
  return {
    path,
    flag,
    label: picture.label,
    name: picture.name,
    upload: {
      sha256: picture.sha256,
      contentType: picture.contentType,
      fileName: picture.fileName,
      bytes: picture.bytes.byteLength,
      blob: () => Promise.resolve(new Blob([new Uint8Array(picture.bytes)])),
    },
    original: () => Promise.resolve(source.bytes),
    source: picture.sourceSha256,
    ...earlierUploadOf(source.bytes, picture, options),
    size: { width: picture.width, height: picture.height },
    warnings: picture.warnings,
    converted: picture.converted,
    ...(Object.keys(options).length === 0 ? {} : { prepared: options }),
    ...(picture.checked === undefined ? {} : { checked: picture.checked }),
  };
}

/** Whether releases with fingerprints of version 1 could be asked for this: they had no options for uploads. */
export function wasPossible({ asIs, background, maxPixels, upscale }: UploadOptions): boolean {
  return asIs !== true && upscale !== true && background === undefined && maxPixels === undefined;
}

function earlierUploadOf(
  bytes: Uint8Array,
  { probe, sha256, sourceSha256 }: Picture,
  options: UploadOptions,
): Pick<Attachment, 'earlierUpload' | 'findEarlierUpload'> {
  if (!wasPossible(options)) return {};
  const findEarlierUpload = uploadOfV1(bytes, probe);
  if (findEarlierUpload !== undefined) return { findEarlierUpload };
  return sha256 === sourceSha256 ? {} : { earlierUpload: sourceSha256 };
}

async function readWeights(
  { path, role, value }: FileField,
  flag: string,
  context: Pick<Context, 'cwd' | 'signal'>,
): Promise<Attachment> {
  if (/^https?:\/\//i.test(value)) {
    if (!URL.canParse(value)) throw inputFieldError(flag, `"${value}" is not a valid URL.`);
    return remote(path, flag, value);
  }
  if (/^data:/i.test(value) && role === 'file') return remote(path, flag, 'data');
  if (role === 'file') {
    const { label, sha256, fileName, contentType, bytes, blob } = await openFile(value, context, flag);
    const upload = { sha256, contentType, fileName, bytes, blob };
    return { ...remote(path, flag, label), upload, source: sha256, role };
  }
  if (value.toLowerCase().endsWith('.safetensors')) {
    const { label, sha256, fileName, bytes, blob } = await openWeights(value, context, flag);
    const upload = { sha256, contentType: 'application/octet-stream', fileName, bytes, blob };
    return { ...remote(path, flag, label), upload, source: sha256 };
  }
  const isName = role === 'method' && /^[\w-]+$/.test(value);
  // Hugging Face ids: owner/name, letters, digits, dots, dashes.
  if (isName || /^[\w][\w.-]*\/[\w][\w.-]*$/.test(value)) return remote(path, flag, value);
  throw inputFieldError(
    flag,
    `"${value}" is not an http(s) URL, a Hugging Face id (owner/name) or a .safetensors file.`,
  );
}

function remote(path: FileField['path'], flag: string, label: string): Attachment {
  return {
    path,
    flag,
    label,
    name: label,
    upload: undefined,
    source: undefined,
    size: undefined,
    warnings: [],
    converted: undefined,
  };
}
