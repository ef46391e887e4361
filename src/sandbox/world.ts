import type { HttpBindings } from '@hono/node-server';
import type { Catalogue } from './platform/catalogue.js';
import type { Clock } from './clock.js';
import type { Faults } from './faults/faults.js';
import type { Jobs } from './queue/jobs.js';
import type { Ledger } from './ledger.js';
import type { Storage } from './storage/storage.js';

/** Environment of the sandbox's hono apps: the raw socket is needed by faults that cut it. */
export interface SandboxEnv {
  Bindings: HttpBindings;
}

/**
 * How a cancel is answered: `documented` as in D-QUEUE; `ok` with the newer `OK` for a job that left the queue
 * at once; `detail` with a body that has no `status` for a finished one, as others saw it (fal-api.md 2.5).
 */
export type CancelForm = 'documented' | 'ok' | 'detail';

/** The state of one sandbox; every route takes it as its first argument. */
export interface World {
  clock: Clock;
  storage: Storage;
  jobs: Jobs;
  ledger: Ledger;
  faults: Faults;
  /** When set, every other key is refused. */
  key: string | undefined;
  /** Milliseconds between two comments on an otherwise quiet status stream. */
  keepAliveCommentMs: number;
  /** Milliseconds for which a result is kept after its completion, and the same for large ones. */
  resultTtlMs: number;
  largeResultTtlMs: number;
  /** Milliseconds from a request's acceptance until the history lists it. */
  historyDelayMs: number;
  /** Whether the history has inputs and outputs to show. */
  historyPayloads: boolean;
  cancelForm: CancelForm;
  catalogue: Catalogue;
}
