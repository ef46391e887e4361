import type { FlagValue } from '../config/settings.js';
import type { Context } from '../context.js';
import { messageOf, usageError } from '../errors.js';
import { EXIT_OK, type ExitCode } from '../exit-codes.js';
import { SANDBOX_KEY } from '../fal/connection.js';
import { requireSharp } from '../native-parts.js';
import { startSandbox } from '../sandbox/server.js';
import { harmlessLine } from '../terminal/plain.js';
import { SANDBOX_FLAGS } from './flags/sandbox.js';
import { readSettings } from './read-settings.js';
import { readSandboxSettings } from './sandbox-settings.js';

/** `fal-edit sandbox`: the local fal on its own, until Ctrl-C. Prints the two lines that point a run at it. */
export async function sandboxCommand(
  given: Readonly<Record<string, FlagValue>>,
  context: Context,
): Promise<ExitCode> {
  const settings = await readSettings({ flags: SANDBOX_FLAGS }, given, context);
  for (const warning of settings.warnings ?? []) {
    context.stderr.write(`warning: ${harmlessLine(warning, 2000)}\n`);
  }
  const wanted = readSandboxSettings(settings);
  await requireSharp();
  const sandbox = await startSandbox(wanted).catch((error: unknown) => {
    throw usageError(
      `--port: ${wanted.port ?? 0} cannot be had: ${messageOf(error)}`,
      'Leave it out to take a free one.',
    );
  });
  context.stdout.write(`export FAL_PROXY_URL=${sandbox.proxyUrl}\nexport FAL_KEY=${SANDBOX_KEY}\n`);
  context.stderr.write(
    `A local fal, charging nothing. What it was asked: ${sandbox.url}/__sandbox/ledger\nCtrl-C ends it.\n`,
  );
  await stopped(context.signal);
  await sandbox.close();
  return EXIT_OK;
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
