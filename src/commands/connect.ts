import { missingKeyError } from '../config/credentials.js';
import type { Settings } from '../config/settings.js';
import type { Context } from '../context.js';
import {
  checkProxyUrl,
  connectionTo,
  isLoopback,
  isStandaloneSandbox,
  refuseSandboxKeyElsewhere,
  type Connection,
} from '../fal/connection.js';
import { routeOf, verifySandbox, type Route } from '../fal/route.js';
import type { EditEnv } from '../edit/env.js';
import type { EndpointDocument } from '../edit/models/loader.js';
import type { Terminal } from '../terminal/terminal.js';
import type { SandboxName } from './flags/sandbox.js';
import { requireSharp } from '../native-parts.js';

/** Flags for the connection to fal, and for the built-in sandbox. */
type Way = 'sandbox' | 'proxy-url' | SandboxName;

/** A way to fal that must be closed. */
export interface OpenRoute {
  route: Route;
  close: () => Promise<void>;
}

/** Reads the way to fal from the settings. Opens nothing. @throws FalEditError (usage, auth) */
export function readRoute(
  { values, origins, key }: Settings<Way>,
  context: Pick<Context, 'env' | 'secrets'>,
): Route {
  const proxy = values['proxy-url'];
  const proxyUrl =
    typeof proxy === 'string' ? checkProxyUrl(proxy, origins['proxy-url'] ?? '--proxy-url') : undefined;
  // The built-in sandbox gets no key and is on this machine, so no proxy is used.
  if (values['sandbox'] === true) return routeOf({ key, proxyUrl }, context, true);
  const connection = connectionTo(proxyUrl, key, context.env);
  refuseSandboxKeyElsewhere(connection);
  return routeOf(connection, context);
}

/** Whether a run uses a sandbox, built-in or standalone. Opens nothing. */
export function isOnSandbox({ values, key }: Pick<Settings<Way>, 'values' | 'key'>): boolean {
  const proxyUrl = values['proxy-url'];
  return (
    values['sandbox'] === true ||
    isStandaloneSandbox({ key, proxyUrl: typeof proxyUrl === 'string' ? proxyUrl : undefined })
  );
}

/**
 * Warning if the key is sent to a host other than fal that a file in this folder names, since a stranger may have
 * written it.
 */
export function proxyWarning(
  { origins, fromProject }: Pick<Settings<Way>, 'origins' | 'fromProject'>,
  { key, proxyUrl }: Connection,
): string | undefined {
  if (key === undefined || proxyUrl === undefined || isLoopback(proxyUrl)) return undefined;
  if (fromProject?.includes('proxy-url') !== true) return undefined;
  return `${origins['proxy-url'] ?? '--proxy-url'}: the key is sent to ${new URL(proxyUrl).host}, not to fal.`;
}

/** Refuses a malformed key, except for the sandbox, which gets none. @throws FalEditError (auth) */
export function refuseFalseKey({ values, keyProblem }: Settings<Way>): void {
  if (values['sandbox'] !== true && keyProblem !== undefined) throw keyProblem;
}

/** Requires a valid key, unless a proxy adds one. @throws FalEditError (auth) */
export function requireKey(settings: Settings<Way>, { connection }: Route): void {
  refuseFalseKey(settings);
  if (settings.values['sandbox'] === true || connection.proxyUrl !== undefined) return;
  if (connection.key === undefined) throw missingKeyError();
}

/**
 * Opens the way to fal, and starts the local fal for `--sandbox`, which does not get the key. A standalone sandbox is
 * checked to be one before anything is sent.
 *
 * @param documents of further endpoints, for the sandbox that is started
 * @throws FalEditError (auth, temporary)
 */
export async function openRoute(
  settings: Settings<Way>,
  route: Route,
  context: Pick<Context, 'fetch' | 'signal' | 'cwd'>,
  documents: readonly EndpointDocument[] = [],
): Promise<OpenRoute> {
  if (settings.values['sandbox'] !== true) {
    await verifySandbox(route.connection, context);
    return { route, close: () => Promise.resolve() };
  }
  const [{ startSandbox }, { readSandboxSettings }] = await Promise.all([
    import('../sandbox/server.js'),
    import('./sandbox/settings.js'),
    requireSharp(),
  ]);
  const own = await readSandboxSettings(settings, context.cwd);
  const { documents: served = [] } = own;
  const added = documents.filter(({ endpoint }) => served.every((one) => one.endpoint !== endpoint));
  const sandbox = await startSandbox({ ...own, documents: [...served, ...added], port: 0 });
  const connection = { key: undefined, proxyUrl: sandbox.proxyUrl };
  return { route: { ...route, connection, account: undefined }, close: () => sandbox.close() };
}

/** Prints requests under --debug; undefined without it. */
export function traceTo(terminal: Terminal): EditEnv['trace'] {
  return terminal.options.debug ? (line) => terminal.note(line) : undefined;
}
