import { createHash } from 'node:crypto';
import { createReadStream, openAsBlob } from 'node:fs';
import { open } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Context } from '../context.js';
import { inputError, inputFieldError } from '../errors/error.js';
import { displayName, inQuotes, nameOfPath, uploadName } from './names.js';
import { type NamedFile, statRegularFile, unreadable } from './named-file.js';

/** A local LoRA file, checked but not read into memory. */
export interface Weights {
  /** The path as the user wrote it. */
  label: string;
  /** Absolute. */
  path: string;
  /** Size in bytes. */
  bytes: number;
  /** Hex digest of the whole file. */
  sha256: string;
  /** Safe in any URL or header: ASCII, ends in .safetensors. */
  fileName: string;
  /** Backed by the file: reading a part of it reads only that part of the file. */
  blob: () => Promise<Blob>;
}

/** The format's own limit for its JSON header: 100 MB. */
const MAX_HEADER_BYTES = 100_000_000;

const ALLOWED = 'Give LoRA weights in a .safetensors file.';

/**
 * Checks a local file of LoRA weights and computes its digest, streamed: such files have gigabytes.
 *
 * @param where the user's name for the field ("--lora"); each message starts with it
 * @throws FalEditError kind `input`: missing, not readable, not a regular file, empty, wrong extension, or
 * no safetensors header
 */
export async function openWeights(
  path: string,
  { cwd, signal }: Pick<Context, 'cwd' | 'signal'>,
  where: string,
): Promise<Weights> {
  const file: NamedFile = { path: resolve(cwd, path), written: path, where };
  if (path === '') throw inputError(`${where} is empty. ${ALLOWED}`);
  const { size } = await statRegularFile(file);
  if (extname(file.path).toLowerCase() !== '.safetensors') {
    throw inputFieldError(where, `${inQuotes(path)} does not end in .safetensors. ${ALLOWED}`);
  }
  let sha256;
  try {
    if (!hasHeader(await readStart(file.path), size)) {
      throw inputFieldError(where, `${inQuotes(path)} has no safetensors header. ${ALLOWED}`, {
        hint: 'It may be cut short, or a saved web page: download it again.',
      });
    }
    sha256 = await digestOf(file.path, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw isSystemError(error) ? await unreadable(file, error) : error;
  }
  return {
    label: displayName(path),
    path: file.path,
    bytes: size,
    sha256,
    fileName: uploadName(nameOfPath(file.path), 'safetensors', 'lora'),
    blob: () => openAsBlob(file.path, { type: 'application/octet-stream' }),
  };
}

/** A local file that is uploaded as it is, checked but not read into memory. */
export interface PlainFile extends Weights {
  contentType: string;
}

/** Types of files by extension; any other is just bytes. */
const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.svg': 'image/svg+xml',
  '.zip': 'application/zip',
  '.pdf': 'application/pdf',
  '.mp4': 'video/mp4',
  '.json': 'application/json',
  '.txt': 'text/plain',
};

/**
 * Checks any local file that the user wants uploaded, and computes its digest.
 *
 * @param where the user's name for the field; each message starts with it
 * @throws FalEditError kind `input`: missing, not readable, not a regular file, or empty
 */
export async function openFile(
  path: string,
  { cwd, signal }: Pick<Context, 'cwd' | 'signal'>,
  where: string,
): Promise<PlainFile> {
  const file: NamedFile = { path: resolve(cwd, path), written: path, where };
  const { size } = await statRegularFile(file);
  const extension = extname(file.path).toLowerCase();
  const contentType = TYPES[extension] ?? 'application/octet-stream';
  try {
    return {
      label: displayName(path),
      path: file.path,
      bytes: size,
      sha256: await digestOf(file.path, signal),
      fileName: uploadName(
        nameOfPath(file.path),
        extension.slice(1).replace(/[^a-z0-9]/g, '') || 'bin',
        'file',
      ),
      contentType,
      blob: () => openAsBlob(file.path, { type: contentType }),
    };
  } catch (error) {
    signal.throwIfAborted();
    throw isSystemError(error) ? await unreadable(file, error) : error;
  }
}

/** Eight bytes of length, little-endian, and the first character of the JSON header. */
const START_BYTES = 9;

async function readStart(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function hasHeader(start: Buffer, size: number): boolean {
  if (start.length < START_BYTES) return false;
  const length = start.readBigUInt64LE(0);
  return length >= 2n && length <= BigInt(Math.min(size - 8, MAX_HEADER_BYTES)) && start[8] === 0x7b;
}

async function digestOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const chunks = createReadStream(path, { signal, highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>;
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

const isSystemError = (error: unknown) => error instanceof Error && 'syscall' in error;
