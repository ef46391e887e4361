import pLimit, { type LimitFunction } from 'p-limit';
import type { Upload, UploadCache } from '../../fal/upload.js';
import { findUpload, forgetUpload, putUpload } from '../../ledger/batch/uploads.js';
import type { UploadedFile } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';

export interface UploadCacheOptions {
  ledger: Ledger;
  /** Whose it is, by {@link storageOf} of fal/route.ts. */
  storage: string;
  /** How long fal is trusted to keep a file, in milliseconds. What it promises is not clear (fal-api.md 3.5). */
  keptMs: number;
  /** Uploads at a time. */
  atOnce: number;
}

/** Where the files of a batch are at fal: equal bytes are uploaded once, and not again while fal keeps them. */
export class BatchUploads implements UploadCache {
  /** Files and bytes that were uploaded in this run. */
  readonly figures = { files: 0, bytes: 0 };
  private readonly underWay = new Map<string, Promise<string>>();
  /** Addresses that were handed out and are from a former run: fal may have let their files go. */
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
        // That row was stopped; this one was not.
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
   * fal could not read the files of a row: those that a former run has uploaded are to be uploaded anew.
   *
   * @param files of the row, where they were when it was sent
   * @returns whether there are any, so that it is worth trying once more
   */
  forgetReused(files: readonly UploadedFile[]): boolean {
    const { ledger, storage } = this.options;
    const stale = files.filter(({ url }) => this.reused.has(url));
    for (const { sha256, url } of stale) {
      // Another row may have been refused before, and its file be at a new address by now.
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
