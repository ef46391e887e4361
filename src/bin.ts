#!/usr/bin/env node
import { readFileSync, readlinkSync } from 'node:fs';
import { answerAtOnce } from './commands/at-once.js';
import { ownCacheFolder } from './compile-cache.js';
import { foldersOf, systemHomeFolder } from './folders.js';
import { lastWords, type LastWords } from './last-words.js';

const argv = process.argv.slice(2);
/** Reports a failure that no command has reported. The loaded program replaces it with one that knows more. */
let wordsOn = (error: unknown): LastWords => lastWords(error, argv, process.env);
let isLeaving = false;
watchStdout();
// Uncaught errors: Node would exit with 1, which means that fal failed.
process.on('uncaughtException', leave);
const text = answerAtOnce(argv);
if (text === undefined) await run().catch(leave);
else process.stdout.write(text);

interface NewerProcess {
  getBuiltinModule?: (name: string) => { enableCompileCache?: (folder: string) => unknown };
}

/** The program itself. Loaded only now, so that help starts as fast as Node. */
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
      // The first signal asks the command to end, the second one exits.
      if (interruption.signal.aborted) process.exit(interrupted.exitCode);
      interruption.abort(interrupted);
    });
  }
  // The reader of the progress may be gone, or its disk full: there is nowhere else to report it.
  process.stderr.on('error', () => undefined);
  const code = await main(argv, context);
  await Promise.all([process.stdout, process.stderr].map(flushed));
  // Exit at once: Node would first close idle connections to fal, one by one.
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
 * Enables Node's compile cache, which Node 22 and later have. By default Node keeps it in a folder that all users of
 * the machine share.
 */
function keepCompiledCode(): void {
  const { enableCompileCache } = (process as NewerProcess).getBuiltinModule?.('node:module') ?? {};
  const { env } = process;
  // If the user has set these, Node reads them itself.
  if (enableCompileCache === undefined || env['NODE_COMPILE_CACHE'] || env['NODE_DISABLE_COMPILE_CACHE'])
    return;
  const { cache } = foldersOf(env, systemHomeFolder(), process.platform);
  const folder = cache === undefined ? undefined : ownCacheFolder(`${cache}/compiled`, process.getuid?.());
  if (folder !== undefined) enableCompileCache(folder);
}

/**
 * Whether we were started with nohup, so that a closed terminal must not end us. nohup ignores SIGHUP, but Node undoes
 * that before it runs any of our code (PlatformInit in its node.cc), so we look for other signs: bash and zsh put a
 * command's name in `_`; GNU nohup leaves a stdin that can only be written to; and every nohup sends the output to
 * nohup.out, unless it is redirected.
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

/** Resolves when the system has taken all output; a pipe may take some time. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

/**
 * Watches for errors of stdout. Its reader may leave first (`| head`): the edit continues, since it is paid for. If
 * results are lost for another reason, such as a full disk, the run fails.
 */
function watchStdout(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.once('exit', (code) => {
      // Otherwise the command has already reported more.
      if (code !== 0) return;
      process.stderr.write(`error: stdout could not be written: ${error.message}\n`);
      process.exitCode = 1;
    });
  });
}
