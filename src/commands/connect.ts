import { missingKeyError } from '../config/credentials.js';
import type { Settings } from '../config/settings.js';
import type { Context } from '../context.js';
import { verifySandbox } from '../edit/backend.js';
import {
  checkProxyUrl,
  connectionTo,
  isLoopback,
  isStandaloneSandbox,
  refuseSandboxKeyElsewhere,
  type Connection,
} from '../fal/connection.js';
import type { SandboxName } from './flags/sandbox.js';
import { requireSharp } from '../native-parts.js';

/** The flags that say how fal is reached, and those that shape the built-in sandbox. */
type Way = 'sandbox' | 'proxy-url' | SandboxName;

/** A way to fal, and what has to be closed afterwards. */
export interface OpenConnection {
  connection: Connection;
  close: () => Promise<void>;
}

/** The way to fal that the settings name, without opening anything. @throws FalEditError (usage, auth) */
export function readConnection(
  { values, origins, key }: Settings<Way>,
  { env }: Pick<Context, 'env'>,
): Connection {
  const proxy = values['proxy-url'];
  const proxyUrl =
    typeof proxy === 'string' ? checkProxyUrl(proxy, origins['proxy-url'] ?? '--proxy-url') : undefined;
  // The built-in sandbox is told no key, and is on this machine: no way leads to it through the network.
  if (values['sandbox'] === true) return { key, proxyUrl };
  const connection = connectionTo(proxyUrl, key, env);
  refuseSandboxKeyElsewhere(connection);
  return connection;
}

/** Whether a run is on the sandbox, the built-in one or one of its own. Opens nothing. */
export function isOnSandbox({ values, key }: Pick<Settings<Way>, 'values' | 'key'>): boolean {
  const proxyUrl = values['proxy-url'];
  return (
    values['sandbox'] === true ||
    isStandaloneSandbox({ key, proxyUrl: typeof proxyUrl === 'string' ? proxyUrl : undefined })
  );
}

/**
 * What to say when the key goes to somebody other than fal: to a host that a file in this folder names, which a
 * stranger may have written.
 */
export function proxyWarning(
  { origins, fromProject }: Pick<Settings<Way>, 'origins' | 'fromProject'>,
  { key, proxyUrl }: Connection,
): string | undefined {
  if (key === undefined || proxyUrl === undefined || isLoopback(proxyUrl)) return undefined;
  if (fromProject?.includes('proxy-url') !== true) return undefined;
  return `${origins['proxy-url'] ?? '--proxy-url'}: the key is sent to ${new URL(proxyUrl).host}, not to fal.`;
}

/** A key that is there has to be one, except for the sandbox, which is told none. @throws FalEditError (auth) */
export function refuseFalseKey({ values, keyProblem }: Settings<Way>): void {
  if (values['sandbox'] !== true && keyProblem !== undefined) throw keyProblem;
}

/** A key is needed unless somebody else brings one, and one that is there has to be one. @throws FalEditError (auth) */
export function requireKey(settings: Settings<Way>, connection: Connection): void {
  refuseFalseKey(settings);
  if (settings.values['sandbox'] === true || connection.proxyUrl !== undefined) return;
  if (connection.key === undefined) throw missingKeyError();
}

/**
 * Starts the local fal where `--sandbox` asks for it. The key is not told to it. One that runs on its own is asked
 * whether it is one, before anything is sent to it.
 *
 * @throws FalEditError (auth, temporary)
 */
export async function openConnection(
  settings: Settings<Way>,
  connection: Connection,
  context: Pick<Context, 'fetch' | 'signal'>,
): Promise<OpenConnection> {
  if (settings.values['sandbox'] !== true) {
    await verifySandbox(connection, context);
    return { connection, close: () => Promise.resolve() };
  }
  const [{ startSandbox }, { readSandboxSettings }] = await Promise.all([
    import('../sandbox/server.js'),
    import('./sandbox/settings.js'),
    requireSharp(),
  ]);
  const sandbox = await startSandbox({ ...readSandboxSettings(settings), port: 0 });
  return { connection: { key: undefined, proxyUrl: sandbox.proxyUrl }, close: () => sandbox.close() };
}
