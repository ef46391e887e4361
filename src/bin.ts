#!/usr/bin/env node
import module from 'node:module';
import { systemContext } from './context.js';
import { InterruptedError } from './errors.js';

// Newer Node keeps compiled code between runs; Node 20 does not know how.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

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

const { main } = await import('./main.js');
process.exitCode = await main(process.argv.slice(2), systemContext(interruption.signal));
