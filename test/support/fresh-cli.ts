import { vi } from 'vitest';
import type { CliOptions, CliResult } from './run-cli.js';

/** As `runCli`, in a program of its own: nothing that an earlier one has loaded, such as models, is known to it. */
export async function runFresh(argv: readonly string[], options: CliOptions): Promise<CliResult> {
  vi.resetModules();
  const { runCli } = await import('./run-cli.js');
  return runCli(argv, options);
}
