import type { CancelForm } from './world.js';
import type { Catalogue } from './platform/catalogue.js';
import type { Toxic } from './faults/toxics.js';

/** How a sandbox behaves; everything has a default. */
export interface SandboxSettings {
  /** 0, the default, takes a free one. */
  port?: number;
  /** Base of its file URLs, if it is reached under another name; else its own address. */
  publicUrl?: string;
  /** Milliseconds that a job waits at least; 150. */
  queueMs?: number;
  /** Milliseconds that a job runs at least; 600. */
  inferenceMs?: number;
  /** Jobs that run at once; 2, as on a new account (fal-api.md 2.9). */
  runners?: number;
  /** When set, every other key is refused with 401; else no key is asked for. */
  key?: string;
  toxics?: Toxic[];
  /** Milliseconds for which an upload URL works; 120 s (fal-api.md 3.1). */
  uploadUrlTtlMs?: number;
  /** Milliseconds of quiet after which a status stream sends a comment; 15 s (fal-api.md 2.3). */
  keepAliveCommentMs?: number;
  /** Milliseconds for which a result is kept; 1 hour (fal-api.md 2.4). */
  resultTtlMs?: number;
  /** Milliseconds for which a result of 10 KB or more is kept; 6 minutes. */
  largeResultTtlMs?: number;
  /** Milliseconds from a request's acceptance until the history lists it; 0. fal's own is unknown (fal-api.md 5.5). */
  historyDelayMs?: number;
  /** Whether the history has inputs and outputs to show; true. */
  historyPayloads?: boolean;
  /** How a cancel is answered; `documented`. */
  cancelForm?: CancelForm;
  /** A running job goes on when it is asked to stop, as an app may (fal-api.md 2.5); false. */
  ignoreCancel?: boolean;
  /** Whether pictures are drawn from the inputs; true. Else they are plain ones, cheap to make, each its own. */
  renderPictures?: boolean;
  /** Bytes that a PNG or JPEG picture has at least, filled up with what decoders skip; 0. */
  pictureBytes?: number;
  /** Differences between the platform's entries and the sandbox's models; none. */
  catalogue?: Catalogue;
  /** Wall clock, milliseconds since the epoch; the machine's unless given. Timers do not follow it. */
  now?: () => number;
}
