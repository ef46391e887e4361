#!/usr/bin/env node
import { readFileSync, readlinkSync } from 'node:fs';
import { answerAtOnce } from './commands/at-once.js';
import { ownCacheFolder } from './compile-cache.js';
import { foldersOf, systemHomeFolder } from './folders.js';
import { lastWords, type LastWords } from './last-words.js';

const argv = process.argv.slice(2);
/** Reports a failure that no command has shown; the program itself, once loaded, knows more. */
let wordsOn = (error: unknown): LastWords => lastWords(error, argv, process.env);
let isLeaving = false;
watchStdout();
// Uncaught errors: Node would exit with 1, which says that fal failed.
process.on('uncaughtException', leave);
const text = answerAtOnce(argv);
if (text === undefined) await run().catch(leave);
else process.stdout.write(text);

interface NewerProcess {
  getBuiltinModule?: (name: string) => { enableCompileCache?: (folder: string) => unknown };
}

/** The program itself. Loaded only now, so that help costs what Node costs. */
async function run(): Promise<void> {
  keepCompiledCode();
  const { INTERRUPTIONS, InterruptedError, main, systemContext, wordsIn } = await import('./main.js');
  const interruption = new AbortController();
  const context = systemContext(interruption.signal);
  wordsOn = (error) => wordsIn(error, argv, context);
  for (const signal of Object.keys(INTERRUPTIONS) as (keyof typeof INTERRUPTIONS)[]) {
    process.on(signal, () => {
      if (signal === 'SIGHUP' && isUnderNohup()) return;
      const interrupted = new InterruptedError(signal);
      // The first asks, the second leaves.
      if (interruption.signal.aborted) process.exit(interrupted.exitCode);
      interruption.abort(interrupted);
    });
  }
  // The reader of the progress may leave, or its disk be full: there is nowhere else to say so.
  process.stderr.on('error', () => undefined);
  const code = await main(argv, context);
  await Promise.all([process.stdout, process.stderr].map(flushed));
  // Not left to happen: idle connections to fal would be taken down one by one first.
  process.exit(code);
}

/** Reports the first failure and ends the process: later ones follow from it. */
function leave(error: unknown): void {
  if (isLeaving) return;
  isLeaving = true;
  const { stdout, stderr, code } = wordsOn(error);
  process.stderr.write(stderr);
  process.stdout.write(stdout, () => process.exit(code));
}

/**
 * Node 22 and later keep compiled code between runs; Node 20 cannot. Left to itself Node keeps it in a folder that all
 * users of the machine share.
 */
function keepCompiledCode(): void {
  const { enableCompileCache } = (process as NewerProcess).getBuiltinModule?.('node:module') ?? {};
  const { env } = process;
  // The user has set these: Node reads them itself.
  if (enableCompileCache === undefined || env['NODE_COMPILE_CACHE'] || env['NODE_DISABLE_COMPILE_CACHE'])
    return;
  const { cache } = foldersOf(env, systemHomeFolder(), process.platform);
  const folder = cache === undefined ? undefined : ownCacheFolder(`${cache}/compiled`, process.getuid?.());
  if (folder !== undefined) enableCompileCache(folder);
}

/**
 * Whether we were started with nohup, which asks that a closed terminal does not end us. It has SIGHUP ignored, but
 * Node takes that back before it runs any code of ours (PlatformInit in its node.cc), so that other traces must do:
 * bash and zsh tell a command its name in `_`; GNU nohup leaves a stdin that can only be written to; and every nohup
 * has the output go to nohup.out, unless it is told another place.
 */
function isUnderNohup(): boolean {
  if (/(^|\/)nohup$/.test(process.env['_'] ?? '')) return true;
  try {
    const [, flags = '0'] = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8')) ?? [];
    const isWriteOnly = (Number.parseInt(flags, 8) & 3) === 1;
    if (isWriteOnly && readlinkSync('/proc/self/fd/0') === '/dev/null') return true;
    return [1, 2].some((output) => readlinkSync(`/proc/self/fd/${output}`).endsWith('/nohup.out'));
  } catch {
    // Not Linux.
    return false;
  }
}

/** Resolves when the system has taken all output; a pipe may take its time. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

/**
 * The reader of the results may leave first (`| head`): the edit goes on, since it is paid for. Results that
 * are lost for another reason, such as a full disk, are no success.
 */
function watchStdout(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.once('exit', (code) => {
      // Else the command has said more of it.
      if (code !== 0) return;
      process.stderr.write(`error: stdout could not be written: ${error.message}\n`);
      process.exitCode = 1;
    });
  });
}
