import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import envPaths from 'env-paths';
import { lightFetch, type Fetch } from './light-fetch.js';

/** An output stream, with what a terminal adds to it. */
export type Output = Writable & { isTTY?: boolean; columns?: number };

/** The user's folders for this program, absolute. They need not exist. */
export interface Folders {
  config: string;
  cache: string;
  /** For what must survive: the ledger. */
  state: string;
}

/**
 * All that a command may touch outside of its arguments. Commands take it as a parameter, so that tests run
 * the real program with streams, a clock and a folder of their own, and so that effects stay easy to find.
 */
export interface Context {
  stdin: Readable;
  stdout: Output;
  stderr: Output;
  env: Readonly<Record<string, string | undefined>>;
  /** Absolute path; relative paths of the user start here. */
  cwd: string;
  folders: Folders;
  /** Wall clock, milliseconds since the epoch. */
  now: () => number;
  /** Milliseconds from an arbitrary point, never going back: for durations. */
  elapsed: () => number;
  /** In [0, 1): for jitter. Nothing secret depends on it. */
  random: () => number;
  /** A whole number in [0, 2^31): the seeds that we choose. */
  newSeed: () => number;
  /** Resolves after that many milliseconds; rejects with the signal's reason when that is aborted first. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  fetch: Fetch;
  /** Aborted by the first SIGINT or SIGTERM, with an {@link InterruptedError} as its reason. */
  signal: AbortSignal;
}

/** Waits; an abort rejects with the signal's own reason, not with Node's AbortError. */
async function systemSleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

function systemFolders(): Folders {
  const paths = envPaths('fal-edit', { suffix: '' });
  // env-paths calls Linux's XDG_STATE_HOME "log"; elsewhere "log" is for logs, and state belongs to the data.
  return {
    config: paths.config,
    cache: paths.cache,
    state: process.platform === 'linux' ? paths.log : paths.data,
  };
}

/** The real world. `bin.ts` and the library entry start from it. */
export function systemContext(signal: AbortSignal): Context {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    folders: systemFolders(),
    now: () => Date.now(),
    elapsed: () => performance.now(),
    random: () => Math.random(),
    newSeed: () => Math.floor(Math.random() * 2 ** 31),
    sleep: systemSleep,
    fetch: lightFetch,
    signal,
  };
}
