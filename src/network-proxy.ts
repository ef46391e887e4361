/*
 * Chooses the network's HTTP proxy for a request, by the rules of curl. Not for fal's own proxy protocol, which uses
 * FAL_PROXY_URL (fal/connection.ts).
 */
import { BlockList, isIP } from 'node:net';
import { fieldError } from './errors/error.js';

/** A proxy that carries TLS to any host, using CONNECT. */
export interface NetworkProxy {
  protocol: 'http:' | 'https:';
  /** Name or address, without brackets. */
  host: string;
  port: number;
  /** For `Proxy-Authorization`; undefined if the variable has no user name. */
  authorization: string | undefined;
  /** Scheme, host and port, for messages: never a user name or password. */
  address: string;
  /** The variable that names the proxy. */
  variable: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether a URL points at this machine. */
export function isLoopback(url: string): boolean {
  return URL.canParse(url) && LOOPBACK.test(new URL(url).hostname);
}

/**
 * The proxy for a URL; undefined for a direct connection. Loopback is always direct, and so is all plain http: we use
 * it only on loopback, so `http_proxy` is never read.
 *
 * @throws FalEditError (usage): the variable that applies names a proxy that we cannot use
 */
export function proxyFor(url: URL, env: Environment): NetworkProxy | undefined {
  if (url.protocol !== 'https:' || LOOPBACK.test(url.hostname)) return undefined;
  const [variable, text] = firstOf(env, ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY']) ?? [];
  if (variable === undefined || text === undefined) return undefined;
  const [, without = ''] = firstOf(env, ['no_proxy', 'NO_PROXY']) ?? [];
  return isExcepted(url, without) ? undefined : parseProxy(text, variable);
}

/** As in curl, an empty variable counts as unset, and lower case takes precedence. */
function firstOf(env: Environment, names: readonly string[]): [name: string, value: string] | undefined {
  for (const name of names) {
    const value = env[name]?.trim() ?? '';
    if (value !== '') return [name, value];
  }
  return undefined;
}

function parseProxy(text: string, variable: string): NetworkProxy {
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const scheme = whole.slice(0, whole.indexOf(':')).toLowerCase();
  if (scheme.startsWith('socks')) {
    throw fieldError(
      variable,
      `SOCKS proxies are not supported (${scheme}://).`,
      `Name an http:// or https:// proxy in https_proxy, or run it without one: env -u ${variable} fal-edit …`,
    );
  }
  if (!URL.canParse(whole) || (scheme !== 'http' && scheme !== 'https')) {
    // Not repeated: it may hold a password.
    throw fieldError(variable, 'must be the URL of a proxy, e.g. http://proxy.example.com:3128.');
  }
  const { protocol, hostname, username, password } = new URL(whole);
  const port = portOf(whole, scheme);
  return {
    protocol: protocol === 'https:' ? 'https:' : 'http:',
    host: bare(hostname),
    port,
    authorization:
      username === '' && password === ''
        ? undefined
        : `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`,
    address: `${protocol}//${hostname}:${port}`,
    variable,
  };
}

/** curl uses 1080 if an http:// proxy has no port. A parsed URL drops its scheme's default port. */
function portOf(whole: string, scheme: 'http' | 'https'): number {
  if (scheme === 'https') return Number(new URL(whole).port || 443);
  const asHttps = new URL(whole.replace(/^http:/i, 'https:')).port;
  return Number(new URL(whole).port || asHttps || 1080);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

/** Whether `no_proxy` lists the host: `*`, a name and its subdomains, with or without a port, an address or a CIDR. */
function isExcepted(url: URL, list: string): boolean {
  const host = bare(url.hostname).replace(/\.$/, '');
  const port = url.port === '' ? '443' : url.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((item) => {
      if (item === '' || item === '*') return item === '*';
      if (item.includes('/')) return isInBlock(host, item);
      // The colons of a bare IPv6 address do not begin a port.
      const [, name = item, only] = isIP(item) === 6 ? [] : (/^(.*?)(?::(\d+))?$/.exec(item) ?? []);
      if (only !== undefined && only !== port) return false;
      const wanted = bare(name)
        .replace(/^\*?\./, '')
        .replace(/\.$/, '');
      return host === wanted || (isIP(host) === 0 && host.endsWith(`.${wanted}`));
    });
}

function isInBlock(host: string, block: string): boolean {
  const [network = '', bits = ''] = block.split('/');
  const family = isIP(network);
  if (family === 0 || family !== isIP(host) || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, Number(bits), type);
  return list.check(host, type);
}

/** The proxy refuses the connection. */
export class TunnelRefusedError extends Error {
  constructor(readonly status: number) {
    super(`the proxy answered ${status} to CONNECT`);
  }
}
