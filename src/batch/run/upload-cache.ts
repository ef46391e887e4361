import pLimit, { type LimitFunction } from 'p-limit';
import type { Upload, UploadCache } from '../../fal/upload.js';
import { findUpload, forgetUpload, putUpload } from '../../ledger/batch/uploads.js';
import type { UploadedFile } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';

export interface UploadCacheOptions {
  ledger: Ledger;
  /** Identifies the storage, from {@link storageOf} in fal/route.ts. */
  storage: string;
  /** How long to assume that fal keeps a file, in milliseconds. Its promise is unclear (fal-api.md 3.5). */
  keptMs: number;
  /** Most concurrent uploads. */
  atOnce: number;
}

/** Cache of a batch's uploads at fal: equal bytes are uploaded once, and not again while fal keeps them. */
export class BatchUploads implements UploadCache {
  /** Number of files and bytes uploaded in this run. */
  readonly figures = { files: 0, bytes: 0 };
  private readonly underWay = new Map<string, Promise<string>>();
  /** URLs in use from an earlier run: fal may have deleted their files. */
  private readonly reused = new Set<string>();
  private readonly fresh = new Set<string>();
  private readonly limit: LimitFunction;

  constructor(private readonly options: UploadCacheOptions) {
    this.limit = pLimit(options.atOnce);
  }

  async urlOf(upload: Upload, put: () => Promise<string>): Promise<string> {
    const { ledger, storage } = this.options;
    const known = findUpload(ledger, upload.sha256, storage);
    if (known !== undefined) {
      if (this.fresh.has(known.url)) return known.url;
      if (known.expiresAt > ledger.context.now()) {
        this.reused.add(known.url);
        return known.url;
      }
    }
    const other = this.underWay.get(upload.sha256);
    if (other !== undefined) {
      try {
        return await other;
      } catch {
        // The other row was stopped; this one was not.
        return this.urlOf(upload, put);
      }
    }
    const own = this.limit(() => this.upload(upload, put));
    this.underWay.set(upload.sha256, own);
    try {
      return await own;
    } finally {
      this.underWay.delete(upload.sha256);
    }
  }

  /**
   * Forgets uploads from earlier runs after fal could not read a row's files, so that they are uploaded again.
   *
   * @param files the row's files, with their URLs when it was sent
   * @returns whether there were any, so that a retry is worthwhile
   */
  forgetReused(files: readonly UploadedFile[]): boolean {
    const { ledger, storage } = this.options;
    const stale = files.filter(({ url }) => this.reused.has(url));
    for (const { sha256, url } of stale) {
      // Another row may have been refused earlier, and the file already uploaded again.
      if (findUpload(ledger, sha256, storage)?.url === url) forgetUpload(ledger, sha256, storage);
    }
    return stale.length > 0;
  }

  private async upload({ sha256, bytes }: Upload, put: () => Promise<string>): Promise<string> {
    const { ledger, storage, keptMs } = this.options;
    const url = await put();
    this.figures.files++;
    this.figures.bytes += bytes;
    this.fresh.add(url);
    this.reused.delete(url);
    putUpload(ledger, sha256, storage, { url, expiresAt: ledger.context.now() + keptMs });
    return url;
  }
}
