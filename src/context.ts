import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, inputError } from './errors/error.js';
import { foldersOf, systemHomeFolder, type Folders } from './folders.js';
import { openFetch, type Fetch } from './light-fetch.js';
import { Secrets } from './secrets.js';

/** An output stream, with what a terminal adds to it. */
export type Output = Writable & { isTTY?: boolean; columns?: number };

/** A process, told apart from every other that has or had its number. */
export interface ProcessId {
  host: string;
  pid: number;
  /** When it was started, in a form that only its own machine understands. */
  started: string;
}

/**
 * Everything that a command may touch outside of its arguments. Commands take it as a parameter, so that tests
 * run the real program with streams, a clock and a folder of their own, and so that effects stay easy to find.
 */
export interface Context {
  stdin: Readable;
  stdout: Output;
  stderr: Output;
  env: Readonly<Record<string, string | undefined>>;
  /**
   * Absolute path; relative paths of the user start here.
   *
   * @throws FalEditError (input): the folder has been deleted
   */
  readonly cwd: string;
  folders: Folders;
  /** Secrets that must not be stored or shown. More are added as they become known. */
  secrets: Secrets;
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
  /** This process, for its entries in the ledger. */
  self: ProcessId;
  /** The user's id; undefined where the system has none. */
  user: number | undefined;
  /** Whether that process is there; undefined where that is unknown. */
  isRunning: (process: ProcessId) => boolean | undefined;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP, with an {@link InterruptedError} as its reason. */
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

/** Linux counts a process's start in ticks since the boot: a pid that was used again has another count. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything; after it the fields are numbers, the start the 20th.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Replaces a start time that the system does not report; only this process knows it. */
const UNREPORTED = 'untold ';

/** The name of a machine that does not tell it: any other may be called so. */
const UNNAMED = '';

function hostName(): string {
  try {
    return hostname();
  } catch {
    return UNNAMED;
  }
}

function selfId(): ProcessId {
  const host = hostName();
  // A count of ticks tells processes apart on one machine only.
  const started = host === UNNAMED ? '' : startOf(process.pid);
  return { host, pid: process.pid, started: started === '' ? UNREPORTED + randomUUID() : started };
}

/** A host's name changes with the network, and a number of a process is given out again: neither is taken for proof. */
function isRunning(other: ProcessId, self: ProcessId): boolean | undefined {
  const { host, pid, started } = other;
  if (host === self.host && pid === self.pid && started === self.started) return true;
  if (host === UNNAMED || host !== hostName()) return undefined;
  if (pid === self.pid) return started === self.started;
  try {
    // Signal 0 only asks.
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there and somebody else's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);
  return now === '' || started === '' || started.startsWith(UNREPORTED) ? undefined : now === started;
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw inputError(`The working directory cannot be read (${codeOf(error) ?? 'unknown reason'}).`, {
      hint: 'It may have been deleted. Change to a folder that exists.',
      origin: error,
    });
  }
}

/** One process is one, however many contexts it has. */
let own: ProcessId | undefined;

/** The real world. `bin.ts` and the library entry start from it. */
export function systemContext(signal: AbortSignal): Context {
  const self = (own ??= selfId());
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    get cwd() {
      return workingDirectory();
    },
    folders: foldersOf(process.env, systemHomeFolder(), process.platform),
    secrets: new Secrets(),
    now: () => Date.now(),
    elapsed: () => performance.now(),
    random: () => Math.random(),
    newSeed: () => Math.floor(Math.random() * 2 ** 31),
    sleep: systemSleep,
    fetch: openFetch(process.env),
    self,
    user: process.getuid?.(),
    isRunning: (other) => isRunning(other, self),
    signal,
  };
}
