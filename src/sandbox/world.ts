import type { HttpBindings } from '@hono/node-server';
import type { Catalogue } from './platform/catalogue.js';
import type { Documents } from './documents/document.js';
import type { Clock } from './clock.js';
import type { Faults } from './faults/faults.js';
import type { Jobs } from './queue/jobs.js';
import type { Ledger } from './ledger.js';
import type { Storage } from './storage/storage.js';

/** Environment of the sandbox's hono apps: the raw socket, for faults that cut it. */
export interface SandboxEnv {
  Bindings: HttpBindings;
}

/**
 * Form of the answer to a cancel: `documented` as in D-QUEUE; `ok` with the newer `OK` for a job that left the queue
 * at once; `detail` with a body without `status` for a finished job, as others observed (fal-api.md 2.5).
 */
export type CancelForm = 'documented' | 'ok' | 'detail';

/** The state of one sandbox; every route takes it as its first argument. */
export interface World {
  clock: Clock;
  storage: Storage;
  jobs: Jobs;
  ledger: Ledger;
  faults: Faults;
  /** If set, every other key is rejected. */
  key: string | undefined;
  /** Milliseconds between two comments on an otherwise quiet status stream. */
  keepAliveCommentMs: number;
  /** Milliseconds for which a result is kept after completion; below, the same for large results. */
  resultTtlMs: number;
  largeResultTtlMs: number;
  /** Milliseconds from a request's acceptance until the history lists it. */
  historyDelayMs: number;
  /** Whether the history includes inputs and outputs. */
  historyPayloads: boolean;
  cancelForm: CancelForm;
  catalogue: Catalogue;
  documents: Documents;
}
