#!/usr/bin/env node
import { answerAtOnce } from './commands/at-once.js';

const argv = process.argv.slice(2);
const text = answerAtOnce(argv);
if (text === undefined) await run();
else process.stdout.write(text);

/** Everything that is work. Loaded only now, so that help costs what Node costs. */
async function run(): Promise<void> {
  const [{ systemContext }, { InterruptedError }, { main }] = await Promise.all([
    import('./context.js'),
    import('./errors.js'),
    import('./main.js'),
  ]);
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const interrupted = new InterruptedError(signal);
      // The first asks, the second leaves.
      if (interruption.signal.aborted) process.exit(interrupted.exitCode);
      interruption.abort(interrupted);
    });
  }
  // Whoever reads us may leave first (`| head`). The edit goes on: it is paid for.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  process.exitCode = await main(argv, systemContext(interruption.signal));
}
