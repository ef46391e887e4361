import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { codeOf, messageOf, usageError, type FalEditError } from '../errors/error.js';
import { sha256Of } from '../sha256.js';
import { decodeText } from '../text.js';

/** A file of settings, read once: the same bytes are parsed, hashed and trusted. */
export interface SettingsFile {
  /** Absolute path. */
  path: string;
  /** Decoded from UTF-8, without a byte order mark. */
  text: string;
  /** Hexadecimal, of its bytes. */
  sha256: string;
  /** User id of its owner; 0 where the system has none. */
  owner: number;
}

/** Windows has no such flag, and no such pipes. */
const NONBLOCK = 'O_NONBLOCK' in constants ? constants.O_NONBLOCK : 0;

/** Settings are short; a larger file is something else. */
const LARGEST_BYTES = 1024 * 1024;

/**
 * Reads a file of settings. Only regular files are opened: opening a pipe would wait for its other end, and
 * ignore Ctrl-C meanwhile.
 *
 * @param name name of the file in messages
 * @param folders whether a folder of that name counts as no file
 * @returns undefined if there is none
 * @throws FalEditError (usage): not a regular file, over 1 MB, not readable, or not text in UTF-8. Never quotes
 * the content, which may hold the key.
 */
export async function readSettingsFile(
  path: string,
  { name = path, folders = 'refused' }: { name?: string; folders?: 'ignored' | 'refused' } = {},
): Promise<SettingsFile | undefined> {
  const refused = (why: string): FalEditError => usageError(`${name}: ${why}.`);
  let bytes: Buffer;
  let owner: number;
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      if (folders === 'ignored') return undefined;
      throw refused('is a folder, not a file');
    }
    if (!found.isFile()) throw refused('is a pipe, a socket or a device, not a file');
    // The file may have changed since: with O_NONBLOCK a pipe is opened at once, and refused.
    const handle = await open(path, constants.O_RDONLY | NONBLOCK);
    try {
      const opened = await handle.stat();
      if (!opened.isFile()) throw refused('is a pipe, a socket or a device, not a file');
      owner = opened.uid;
      bytes = await readStart(handle, LARGEST_BYTES + 1);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const reason = code === 'EACCES' || code === 'EPERM' ? 'permission denied' : messageOf(error);
    throw refused(`cannot be read: ${reason}`);
  }
  if (bytes.byteLength > LARGEST_BYTES) throw refused('is larger than 1 MB, the limit for settings');
  const decoded = decodeText(bytes);
  if ('text' in decoded) return { path, text: decoded.text, sha256: sha256Of(bytes), owner };
  const { problem, line } = decoded;
  throw refused(`${line === undefined ? '' : `line ${line} `}${problem}`);
}

async function readStart(handle: FileHandle, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < most) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, null);
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
  }
  return Buffer.concat(chunks);
}
