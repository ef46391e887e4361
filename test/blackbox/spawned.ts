import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from '../edit/harness.js';
import { ROOT } from '../support/build.js';

/** The built program. */
export const BIN = path.join(ROOT, 'dist/bin.js');

/** The sandbox inside `--sandbox`, without the waiting. */
export const QUICK = { FAL_EDIT_QUEUE_TIME: '1ms', FAL_EDIT_INFERENCE_TIME: '1ms' };

export interface SpawnOptions {
  /** Working directory and the user's home. */
  cwd: string;
  /** All of the environment but for the folders and the PATH. */
  env?: Record<string, string>;
  /** Nothing unless given. */
  stdin?: Uint8Array | 'open';
}

export interface Ended {
  code: number | null;
  /** The signal that killed it; null where it left by itself. */
  signal: NodeJS.Signals | null;
  stdout: string;
  stdoutBytes: Buffer;
  stderr: string;
}

/** A process of the running test's own; it is gone when the test ends. */
export interface Spawned {
  process: ChildProcess;
  ended: Promise<Ended>;
  /** So far. */
  stdout: () => string;
  stderr: () => string;
  /** Resolves once stderr matches; fails after fifteen seconds. */
  said: (what: RegExp) => Promise<void>;
}

/** Starts the built program in a process of its own. */
export const start = (argv: readonly string[], options: SpawnOptions): Spawned =>
  spawned(process.execPath, [BIN, ...argv], options);

/** Runs it to its end. */
export const run = (argv: readonly string[], options: SpawnOptions): Promise<Ended> =>
  start(argv, options).ended;

/** Runs a line of bash in which `fal-edit` is the built program; its exit code is the first that is not 0. */
export function shell(line: string, options: SpawnOptions): Promise<Ended> {
  const env = { ...options.env, NODE: process.execPath, BIN };
  const script = `set -o pipefail; fal-edit() { "$NODE" "$BIN" "$@"; }; ${line}`;
  return spawned('/bin/bash', ['-c', script], { ...options, env }).ended;
}

export function spawned(command: string, argv: readonly string[], options: SpawnOptions): Spawned {
  const { cwd, stdin } = options;
  const child = spawn(command, argv, {
    cwd,
    env: cleanEnvironment(options),
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  // It may leave without having read all.
  child.stdin?.on('error', () => undefined);
  if (stdin instanceof Uint8Array) child.stdin?.end(stdin);
  return {
    process: child,
    ended: once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: stdout().toString(),
      stdoutBytes: stdout(),
      stderr: stderr().toString(),
    })),
    stdout: () => stdout().toString(),
    stderr: () => stderr().toString(),
    said: (what) => until(() => what.test(stderr().toString())),
  };
}

/** Nothing of the machine's user: no key, no settings, no colours, no CI. */
function cleanEnvironment({ cwd, env }: SpawnOptions): Record<string, string> {
  const home = path.join(cwd, '.home');
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, 'config'),
    XDG_CACHE_HOME: path.join(home, 'cache'),
    XDG_STATE_HOME: path.join(home, 'state'),
    ...env,
  };
}

function collect(stream: NodeJS.ReadableStream | null): () => Buffer {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks);
}
