import type { FalClient } from '@fal-ai/client';
import { FalEditError } from '../errors.js';
import { isTrustedUrl, type Connection } from './connection.js';

/** Something to put into fal's storage. */
export interface Upload {
  /** hex, of the bytes. Equal ones are uploaded once. */
  sha256: string;
  contentType: string;
  /** ASCII; fal uses its extension. */
  fileName: string;
  /** Size in bytes. */
  bytes: number;
  blob: () => Promise<Blob>;
}

/** Uploads each of the files through the client's storage, equal bytes once; returns their URLs by sha256. */
export async function uploadAll(
  client: FalClient,
  connection: Connection,
  uploads: readonly Upload[],
  onUploaded?: (upload: Upload, url: string) => void,
): Promise<ReadonlyMap<string, string>> {
  const distinct = [...new Map(uploads.map((upload) => [upload.sha256, upload])).values()];
  const urls = await Promise.all(
    distinct.map(async (upload) => {
      const { contentType, fileName, sha256 } = upload;
      const file = new File([await upload.blob()], fileName, {
        type: contentType,
      });
      const url: unknown = await client.storage.upload(file);
      if (typeof url !== 'string' || !isTrustedUrl(url, connection)) {
        throw new FalEditError(
          'temporary',
          "fal's storage named no usable address for the upload. Nothing was charged.",
          {
            hint: 'Run it again.',
          },
        );
      }
      onUploaded?.(upload, url);
      return [sha256, url] as const;
    }),
  );
  return new Map(urls);
}
