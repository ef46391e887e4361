import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, inputError } from './errors/error.js';
import { foldersOf, systemHomeFolder, type Folders } from './folders.js';
import { openFetch, type Fetch } from './light-fetch.js';
import { Secrets } from './secrets.js';

/** An output stream, with a terminal's properties if it is one. */
export type Output = Writable & { isTTY?: boolean; columns?: number };

/** A process, distinct from any other that has or had its pid. */
export interface ProcessId {
  host: string;
  pid: number;
  /** Start time, in a form that only its own machine understands. */
  started: string;
}

/**
 * Everything that a command may access besides its arguments. Passed as a parameter, so that tests run the real program
 * with their own streams, clock and folder, and so that effects stay easy to find.
 */
export interface Context {
  stdin: Readable;
  stdout: Output;
  stderr: Output;
  env: Readonly<Record<string, string | undefined>>;
  /**
   * Absolute path; the user's relative paths start here.
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
  /** In [0, 1): for jitter. Not for secrets. */
  random: () => number;
  /** A whole number in [0, 2^31): a seed that we choose. */
  newSeed: () => number;
  /** Resolves after that many milliseconds; rejects with the signal's reason if it is aborted first. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  fetch: Fetch;
  /** This process, for its entries in the ledger. */
  self: ProcessId;
  /** The user's id; undefined if the system has none. */
  user: number | undefined;
  /** Whether a process is running; undefined if unknown. */
  isRunning: (process: ProcessId) => boolean | undefined;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP, with an {@link InterruptedError} as its reason. */
  signal: AbortSignal;
}

/** Waits; an abort rejects with the signal's own reason instead of Node's AbortError. */
async function systemSleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Linux counts a process's start in ticks since the boot, which differs when a pid is reused. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything; after it the fields are numbers, the start the 20th.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Used instead of a start time that the system does not report; only this process knows it. */
const UNREPORTED = 'untold ';

/** Name of a machine that does not report one; others may have the same. */
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
  // A count of ticks identifies processes on one machine only.
  const started = host === UNNAMED ? '' : startOf(process.pid);
  return { host, pid: process.pid, started: started === '' ? UNREPORTED + randomUUID() : started };
}

/** Whether a process is running. A host's name changes with the network, and a pid is reused: neither is proof. */
function isRunning(other: ProcessId, self: ProcessId): boolean | undefined {
  const { host, pid, started } = other;
  if (host === self.host && pid === self.pid && started === self.started) return true;
  if (host === UNNAMED || host !== hostName()) return undefined;
  if (pid === self.pid) return started === self.started;
  try {
    // Signal 0 only checks.
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists, but belongs to another user.
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

/** Shared by all contexts of this process. */
let own: ProcessId | undefined;

/** The context of the real system, for `bin.ts` and the library entry. */
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
