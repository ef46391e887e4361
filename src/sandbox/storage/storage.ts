import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.js';

/** One file that a client uploaded, as the ledger shows it. */
export interface StoredUpload {
  file_url: string;
  bytes: number;
  sha256: string;
  content_type: string;
  /** Header `x-fal-object-lifecycle` of the initiate call. */
  lifecycle: string | null;
  /** Header `x-fal-object-lifecycle-preference` of the initiate call. */
  lifecycle_preference: string | null;
}

/** An upload that was initiated but has not arrived yet. */
export interface PendingUpload {
  fileUrl: string;
  contentType: string;
  /** Wall clock, milliseconds; a later PUT is rejected. */
  expiresAt: number;
  lifecycle: string | null;
  lifecyclePreference: string | null;
  parts: Map<number, Uint8Array<ArrayBuffer>>;
}

export interface StoredFile {
  bytes: Uint8Array<ArrayBuffer>;
  contentType: string;
}

export type PendingDetails = Pick<PendingUpload, 'contentType' | 'lifecycle' | 'lifecyclePreference'>;

/** Files in memory by URL: uploads and the pictures that jobs make. Equal bytes are kept once. */
export class Storage {
  /** Set once the port is known. */
  origin = '';
  readonly uploads: StoredUpload[] = [];
  readonly #pending = new Map<string, PendingUpload>();
  readonly #files = new Map<string, { sha256: string; contentType: string }>();
  readonly #contents = new Map<string, Uint8Array<ArrayBuffer>>();

  constructor(
    readonly clock: Clock,
    readonly uploadUrlTtlMs: number,
  ) {}

  /** Starts an upload: the URL to PUT the file to, and the file's later URL. */
  initiate(fileName: string, details: PendingDetails): { upload_url: string; file_url: string } {
    const token = randomBytes(12).toString('hex');
    const fileUrl = this.#newUrl(fileName);
    const expiresAt = this.clock.now() + this.uploadUrlTtlMs;
    this.#pending.set(token, { ...details, fileUrl, expiresAt, parts: new Map() });
    return { upload_url: `${this.origin}/upload/${token}?signature=sandbox`, file_url: fileUrl };
  }

  /** The pending upload of an upload URL; undefined if it is unknown or expired. */
  pending(token: string): PendingUpload | undefined {
    const pending = this.#pending.get(token);
    return pending !== undefined && this.clock.now() <= pending.expiresAt ? pending : undefined;
  }

  /** Keeps an uploaded file. */
  keep(pending: PendingUpload, content: Uint8Array<ArrayBuffer>, contentType: string): string {
    const sha256 = this.#put(pending.fileUrl, content, contentType);
    this.uploads.push({
      file_url: pending.fileUrl,
      bytes: content.byteLength,
      sha256,
      content_type: contentType,
      lifecycle: pending.lifecycle,
      lifecycle_preference: pending.lifecyclePreference,
    });
    return sha256;
  }

  /** Keeps a file that the sandbox made. */
  add(fileName: string, content: Uint8Array<ArrayBuffer>, contentType: string): string {
    const url = this.#newUrl(fileName);
    this.#put(url, content, contentType);
    return url;
  }

  get(url: string): StoredFile | undefined {
    const file = this.#files.get(url);
    const bytes = file && this.#contents.get(file.sha256);
    return bytes && { bytes, contentType: file.contentType };
  }

  #newUrl(fileName: string): string {
    const safe = fileName.replace(/[^\w.-]+/g, '_').slice(-80);
    return `${this.origin}/files/${randomBytes(8).toString('hex')}/${safe === '' ? 'file' : safe}`;
  }

  #put(url: string, content: Uint8Array<ArrayBuffer>, contentType: string): string {
    const sha256 = digest(content);
    if (!this.#contents.has(sha256)) this.#contents.set(sha256, content);
    this.#files.set(url, { sha256, contentType });
    return sha256;
  }
}

/** SHA-256 in hex. */
export function digest(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
