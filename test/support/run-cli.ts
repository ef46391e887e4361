import path from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { ALL_FLAGS, commandNamed } from '../../src/commands/all.js';
import { runCommand } from '../../src/commands/run-command.js';
import type { FlagValue } from '../../src/config/settings.js';
import { systemContext, type Context } from '../../src/context.js';
import { openFetch } from '../../src/light-fetch.js';
import { InterruptedError } from '../../src/errors/error.js';
import { main } from '../../src/main.js';

export interface CliOptions {
  /** Working directory; the user's folders lie beside it, so that nothing of the machine is read. */
  cwd: string;
  /** The whole environment: nothing of the test process's own is seen. */
  env?: Record<string, string>;
  stdin?: string | Uint8Array;
  /** stderr and stdout say that they are terminals. */
  tty?: boolean;
  /** Overrides of the outer world. */
  context?: Partial<Context>;
  /** Aborted: as if SIGINT came. */
  interrupt?: AbortSignal;
}

export interface CliResult {
  code: number;
  stdout: string;
  /** As bytes, for pictures on stdout. */
  stdoutBytes: Buffer;
  stderr: string;
  /** stdout read as one JSON document; throws where it is none. */
  json: <T = Record<string, unknown>>() => T;
}

/** Runs the real program inside the test's process, with streams, folders and an environment of its own. */
export async function runCli(argv: readonly string[], options: CliOptions): Promise<CliResult> {
  const stdout = new Sink(options.tty === true);
  const stderr = new Sink(options.tty === true);
  const interruption = new AbortController();
  options.interrupt?.addEventListener('abort', () => interruption.abort(new InterruptedError('SIGINT')));
  const context: Context = {
    ...systemContext(interruption.signal),
    stdin:
      options.stdin === undefined ? new PassThrough().end() : Readable.from([Buffer.from(options.stdin)]),
    stdout,
    stderr,
    env: options.env ?? {},
    cwd: options.cwd,
    folders: {
      config: path.join(options.cwd, '.home', 'config'),
      cache: path.join(options.cwd, '.home', 'cache'),
      state: path.join(options.cwd, '.home', 'state'),
    },
    fetch: openFetch(options.env ?? {}),
    ...options.context,
  };
  const code = await main(argv, context);
  const bytes = stdout.bytes();
  return {
    code,
    stdout: bytes.toString(),
    stdoutBytes: bytes,
    stderr: stderr.bytes().toString(),
    json: () => JSON.parse(bytes.toString()) as never,
  };
}

class Sink extends Writable {
  private readonly chunks: Buffer[] = [];
  readonly columns = 80;

  constructor(readonly isTTY: boolean) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }

  bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/** Runs a command with flags as the parser hands them over. */
export function runNamed(
  name: string,
  words: readonly string[],
  given: Readonly<Record<string, FlagValue>>,
  context: Context,
): Promise<number> {
  return runCommand(commandNamed(name)!, words, given, ALL_FLAGS, context);
}
