import type { CancelForm } from './world.js';
import type { Catalogue } from './platform/catalogue.js';
import type { SandboxDocument } from './documents/document.js';
import type { Toxic } from './faults/toxics.js';

/** Settings of a sandbox; all have defaults. */
export interface SandboxSettings {
  /** 0, the default, takes a free one. */
  port?: number;
  /** Base of its file URLs, if clients use another name; default: its own address. */
  publicUrl?: string;
  /** Minimum time that a job waits, milliseconds; 150. */
  queueMs?: number;
  /** Minimum time that a job runs, milliseconds; 600. */
  inferenceMs?: number;
  /** Jobs that run at once; 2, as on a new account (fal-api.md 2.9). */
  runners?: number;
  /** If set, every other key is rejected with 401; otherwise no key is needed. */
  key?: string;
  toxics?: Toxic[];
  /** Milliseconds for which an upload URL is valid; 120 s (fal-api.md 3.1). */
  uploadUrlTtlMs?: number;
  /** Milliseconds of quiet after which a status stream sends a comment; 15 s (fal-api.md 2.3). */
  keepAliveCommentMs?: number;
  /** Milliseconds for which a result is kept; 1 hour (fal-api.md 2.4). */
  resultTtlMs?: number;
  /** Milliseconds for which a result of 10 KB or more is kept; 6 minutes. */
  largeResultTtlMs?: number;
  /** Milliseconds from a request's acceptance until the history lists it; 0. fal's own is unknown (fal-api.md 5.5). */
  historyDelayMs?: number;
  /** Whether the history includes inputs and outputs; true. */
  historyPayloads?: boolean;
  /** Form of the answer to a cancel; `documented`. */
  cancelForm?: CancelForm;
  /** Whether a running job ignores a cancel, as an app may (fal-api.md 2.5); false. */
  ignoreCancel?: boolean;
  /** Whether pictures are drawn from the inputs; true. Otherwise they are plain and cheap, but still distinct. */
  renderPictures?: boolean;
  /** Minimum size of a PNG or JPEG picture, bytes, padded with data that decoders skip; 0. */
  pictureBytes?: number;
  /** Differences between the platform's entries and the sandbox's models; none. */
  catalogue?: Catalogue;
  /**
   * Endpoints that are served as their documents describe them, with pictures that the sandbox draws. An endpoint that
   * the sandbox has anyway keeps its own checks, results and price; only its published schema is the document's.
   */
  documents?: readonly SandboxDocument[];
  /** Wall clock, milliseconds since the epoch; default: the machine's. Timers do not follow it. */
  now?: () => number;
}
