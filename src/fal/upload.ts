import { FalEditError } from '../errors/error.js';
import { isTrustedUrl, type Connection } from './connection.js';

/** A file to put into fal's storage. */
export interface Upload {
  /** SHA-256 of the bytes, hexadecimal. Equal files are uploaded once. */
  sha256: string;
  contentType: string;
  /** ASCII; fal uses its extension. */
  fileName: string;
  /** Size in bytes. */
  bytes: number;
  blob: () => Promise<Blob>;
}

/** Stores a file at fal, and returns its address unchanged. */
type Storage = (file: File) => Promise<unknown>;

/** Cache of uploads, for edits that share files. */
export interface UploadCache {
  /** The URL of a file: a known one that is still valid, or the one that `put` returns. */
  urlOf: (upload: Upload, put: () => Promise<string>) => Promise<string>;
}

/**
 * Uploads files through the client's storage, equal bytes once; returns their URLs by sha256.
 *
 * @throws FalEditError (temporary), or the file's own error
 */
export async function uploadAll(
  storage: Storage,
  connection: Connection,
  uploads: readonly Upload[],
  cache: UploadCache = { urlOf: (_, put) => put() },
): Promise<ReadonlyMap<string, string>> {
  const distinct = [...new Map(uploads.map((upload) => [upload.sha256, upload])).values()];
  const urls = await Promise.all(
    distinct.map(async (upload) => {
      const url = await cache.urlOf(upload, () => put(storage, connection, upload));
      return [upload.sha256, url] as const;
    }),
  );
  return new Map(urls);
}

async function put(storage: Storage, connection: Connection, upload: Upload): Promise<string> {
  const { contentType, fileName } = upload;
  const file = new File([await upload.blob()], fileName, { type: contentType });
  const url = await storage(file);
  if (typeof url === 'string' && isTrustedUrl(url, connection)) return url;
  throw new FalEditError(
    'temporary',
    "fal's storage gave no usable address for the upload. Nothing was charged.",
    { hint: 'Run it again.' },
  );
}
