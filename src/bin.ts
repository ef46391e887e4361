#!/usr/bin/env node
import { answerAtOnce } from './commands/at-once.js';

const argv = process.argv.slice(2);
const text = answerAtOnce(argv);
watchStdout();
if (text === undefined) await run();
else process.stdout.write(text);

interface NewerProcess {
  getBuiltinModule?: (name: string) => { enableCompileCache?: () => unknown };
}

/** Everything that is work. Loaded only now, so that help costs what Node costs. */
async function run(): Promise<void> {
  // Node 22 and later keep compiled code between runs; Node 20 cannot.
  (process as NewerProcess).getBuiltinModule?.('node:module').enableCompileCache?.();
  const { EXIT_CODES, InterruptedError, main, systemContext } = await import('./main.js');
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const interrupted = new InterruptedError(signal);
      // The first asks, the second leaves.
      if (interruption.signal.aborted) process.exit(interrupted.exitCode);
      interruption.abort(interrupted);
    });
  }
  // What nobody caught: Node would exit with 1, which says that fal failed.
  process.on('uncaughtException', (error) => {
    process.stderr.write(`error: This is a bug in fal-edit: ${error.stack ?? error.message}\n`);
    process.exit(EXIT_CODES.internal.code);
  });
  // Whoever reads the progress may leave, or its disk be full: there is no other place to say so.
  process.stderr.on('error', () => undefined);
  const code = await main(argv, systemContext(interruption.signal));
  await Promise.all([process.stdout, process.stderr].map(flushed));
  // Not left to happen: idle connections to fal would be taken down one by one first.
  process.exit(code);
}

/** Resolves when all that was written is with the system; a pipe may take its time. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

/**
 * Whoever reads the results may leave first (`| head`): the edit goes on, since it is paid for. Results that
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
