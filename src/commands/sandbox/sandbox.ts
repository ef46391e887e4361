import { messageOf, usageError } from '../../errors/error.js';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { SANDBOX_KEY } from '../../fal/connection.js';
import { requireSharp } from '../../native-parts.js';
import { startSandbox } from '../../sandbox/server.js';
import { readSandboxSettings } from './settings.js';
import type { CallOf } from '../command.js';
import type { SANDBOX_COMMAND } from './command.js';

/** `fal-edit sandbox`: runs the local fal until Ctrl-C. Prints the two lines that make other commands use it. */
export async function runSandbox({ settings, context }: CallOf<typeof SANDBOX_COMMAND>): Promise<ExitCode> {
  const wanted = await readSandboxSettings(settings, context.cwd);
  await requireSharp();
  const sandbox = await startSandbox(wanted).catch((error: unknown) => {
    throw usageError(
      `--port: cannot listen on ${wanted.port ?? 0}: ${messageOf(error)}`,
      'Omit --port to use a free one.',
    );
  });
  context.stdout.write(`export FAL_PROXY_URL=${sandbox.proxyUrl}\nexport FAL_KEY=${SANDBOX_KEY}\n`);
  const count = wanted.documents?.length ?? 0;
  if (count > 0) context.stderr.write(`Endpoints from --schemas: ${count}\n`);
  context.stderr.write(
    `A local fal that charges nothing. Its requests: ${sandbox.url}/__sandbox/ledger\nStop it with Ctrl-C.\n`,
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
