import type { Context } from '../context.js';
import { FalEditError, fieldError } from '../errors/error.js';
import type { Answer } from './answer.js';
import { type Environment, isLoopback, type NetworkProxy, proxyFor } from '../network-proxy.js';
import { sha256Of } from '../sha256.js';

/** How fal is reached: directly, or through a proxy that speaks fal's proxy protocol. */
export interface Connection {
  key: string | undefined;
  /** Absolute URL of the proxy; undefined for fal itself. */
  proxyUrl: string | undefined;
  /** The network's own proxy on the way to fal; none if absent. */
  through?: NetworkProxy | undefined;
}

/** Everything needed to send a request to fal. */
export interface FalAccess {
  connection: Connection;
  context: Pick<Context, 'fetch' | 'now' | 'elapsed' | 'random' | 'sleep'>;
  /** Ends the requests; they fail with its reason. */
  signal: AbortSignal;
  /** Called with each request and each problem on the way, for `--debug`. Never gets the key. */
  trace?: ((line: string) => void) | undefined;
}

/** @throws FalEditError (usage): the environment names a proxy that we cannot use */
export function connectionTo(
  proxyUrl: string | undefined,
  key: string | undefined,
  env: Environment,
): Connection {
  return { key, proxyUrl, through: proxyFor(new URL(proxyUrl ?? 'https://queue.fal.run'), env) };
}

/**
 * Proxies on the way to fal, for messages: without passwords, and without the query, which may hold a token.
 *
 * @param which "remote" leaves out a proxy on this machine: the sandbox, or one that the user runs
 */
export function proxiesOf({ proxyUrl, through }: Connection, which: 'all' | 'remote'): string[] {
  const isLeftOut = proxyUrl === undefined || (which === 'remote' && isLoopback(proxyUrl));
  const own = isLeftOut ? [] : [new URL(proxyUrl)];
  return [
    ...own.map(({ origin, pathname }) => `${origin}${pathname === '/' ? '' : pathname}`),
    ...(through === undefined ? [] : [`${through.address} (${through.variable})`]),
  ];
}

/** Identifies the account without keeping the key: a hash of the key's public half. Undefined without a key. */
export function accountOf({ key }: Connection): string | undefined {
  if (key === undefined) return undefined;
  const [id = ''] = key.split(':');
  return sha256Of(id).slice(0, 12);
}

export { isLoopback };

/** The FAL_KEY that `fal-edit sandbox` prints. Not a real key: it only identifies the sandbox. */
export const SANDBOX_KEY = 'sandbox:no-key-needed';
/** A header in every answer of the sandbox, and in no other server's. */
export const SANDBOX_HEADER = 'x-fal-edit-sandbox';

function isSandboxKey(key: string | undefined): boolean {
  return key?.startsWith('sandbox:') === true;
}

/**
 * Whether a connection leads to a standalone sandbox, as far as we can tell without opening it: it needs both the
 * sandbox's key and an address on this machine.
 */
export function isStandaloneSandbox({ key, proxyUrl }: Connection): boolean {
  return isSandboxKey(key) && proxyUrl !== undefined && isLoopback(proxyUrl);
}

/** The sandbox's key never leaves this machine. @throws FalEditError (auth) */
export function refuseSandboxKeyElsewhere(connection: Connection): void {
  const { key, proxyUrl } = connection;
  if (!isSandboxKey(key) || isStandaloneSandbox(connection)) return;
  const where =
    proxyUrl === undefined ? 'FAL_PROXY_URL is not set' : `${new URL(proxyUrl).host} is not this machine`;
  throw new FalEditError('auth', `FAL_KEY is the key of the sandbox, but ${where}. Nothing was sent.`, {
    hint: 'For fal: set FAL_KEY to your own key. For the sandbox: set both variables that fal-edit sandbox prints, or use --sandbox.',
  });
}

/**
 * Checks a proxy URL given by the user.
 *
 * @param where its name in messages: `--proxy-url` or `FAL_PROXY_URL`
 * @throws FalEditError (usage)
 */
export function checkProxyUrl(text: string, where: string): string {
  const allowed = 'Use an https:// URL, or http:// to this machine, e.g. http://127.0.0.1:4000/proxy.';
  if (!URL.canParse(text)) throw fieldError(where, `"${text}" is not a URL. ${allowed}`);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw fieldError(where, `"${url.protocol}" is not a scheme for a proxy. ${allowed}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw fieldError(where, `must not contain a user name or password. ${allowed}`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.href)) {
    throw fieldError(
      where,
      `http:// is allowed only to this machine; to ${url.host} the key would travel unencrypted.`,
      `Use https://${url.host}${url.pathname}`,
    );
  }
  return url.href;
}

/**
 * Whether we read from or write to a URL that a server named: any https URL; plain http only while the proxy itself is
 * on this machine (as the sandbox is). No credentials, no other scheme.
 */
export function isTrustedUrl(text: string, connection: Connection): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && connection.proxyUrl !== undefined && isLoopback(connection.proxyUrl);
}

type Clocks = Pick<Context, 'now' | 'elapsed'>;

/** The date of one answer, and this machine's clocks when it arrived. */
interface Noted {
  date: number;
  now: number;
  elapsed: number;
}

const noted = new WeakMap<Connection, Noted>();

/** A date further than this from our own clock is ignored, whichever is wrong: TLS needs them closer. */
const MOST_OFF_MS = 86_400_000;

/** The date of an answer, in milliseconds since the epoch; undefined if it is missing or implausible. */
export function dateOf(
  { headers }: Pick<Answer, 'headers'>,
  { now }: Pick<Clocks, 'now'>,
): number | undefined {
  const date = Date.parse(headers.get('date') ?? '');
  return Math.abs(date - now()) <= MOST_OFF_MS ? date : undefined;
}

/** Remembers the date of an answer from fal, to work out fal's time later. */
export function noteDate(connection: Connection, answer: Pick<Answer, 'headers'>, clocks: Clocks): void {
  const date = dateOf(answer, clocks);
  if (date !== undefined) noted.set(connection, { date, now: clocks.now(), elapsed: clocks.elapsed() });
}

/**
 * The time on fal's clock, in whole milliseconds since the epoch, independent of this machine's clock; undefined before
 * the first answer on this connection. Errs on the late side: one of our clocks may have jumped, and the other stops
 * while the machine sleeps.
 */
export function falTime(connection: Connection, clocks: Clocks): number | undefined {
  const last = noted.get(connection);
  if (last === undefined) return undefined;
  // The date is in whole seconds, rounded down.
  return last.date + 1000 + Math.ceil(Math.max(0, clocks.elapsed() - last.elapsed, clocks.now() - last.now));
}
