import { codeOf, messageOf } from '../errors/error.js';
import { TunnelRefusedError } from '../network-proxy.js';
import { NotSentError } from '../sockets.js';
import { isHtml, type Answer } from './answer.js';

/** Why a request failed, in words for a sentence: "fal answered 502 with an HTML page". */
export function describeTrouble(trouble: unknown): string {
  if (isAnswer(trouble)) {
    const what = trouble.tooLarge
      ? ' with more than 16 MB'
      : isHtml(trouble)
        ? ' with an HTML page'
        : trouble.json === undefined
          ? ' with something that is not JSON'
          : '';
    return `fal answered ${trouble.status}${what}`;
  }
  const { proxy } = trouble instanceof NotSentError && trouble.phase === 'proxy' ? trouble : {};
  if (proxy !== undefined) return `the proxy ${proxy.address} (${proxy.variable}) ${proxyTrouble(trouble)}`;
  const code = codeOf(trouble);
  const words = code === undefined ? undefined : (WORDS[code] ?? certificateWords(code, trouble));
  if (words !== undefined) return `${words} (${code ?? ''})`;
  const cause = causeOf(trouble);
  return code === undefined ? messageOf(cause) : `${messageOf(cause)} (${code})`;
}

function proxyTrouble(trouble: unknown): string {
  const cause = causeOf(trouble);
  if (cause instanceof TunnelRefusedError) {
    return cause.status === 407
      ? 'rejected the user name and password (407)'
      : `refused the connection (${cause.status})`;
  }
  const code = codeOf(cause) ?? '';
  if (CERTIFICATE.test(code)) return `cannot be trusted: ${certificateWords(code, trouble) ?? ''} (${code})`;
  return `cannot be reached: ${describeTrouble(cause)}`;
}

const causeOf = (trouble: unknown): unknown =>
  trouble instanceof Error && trouble.cause instanceof Error ? trouble.cause : trouble;

/** OpenSSL and Node codes for a certificate that is not trusted here, or not valid for this host now. */
const CERTIFICATE = /^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|INVALID_CA|ERR_TLS_CERT_)/;

function certificateWords(code: string, trouble: unknown): string | undefined {
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return 'TLS failed';
  if (!CERTIFICATE.test(code)) return undefined;
  const { host, proxy, phase } = trouble instanceof NotSentError ? trouble : {};
  const whose = phase === 'proxy' ? proxy?.address : host;
  const its = whose === undefined ? 'the certificate' : `the certificate of ${whose}`;
  if (code === 'CERT_HAS_EXPIRED') return `${its} has expired`;
  if (code === 'CERT_NOT_YET_VALID') return `${its} is not valid yet`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `${its} is for another host`;
  return `${its} is not trusted`;
}

/** Hint for when fal cannot be reached. */
export function reachHint(trouble: unknown): string {
  const code = codeOf(trouble) ?? '';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return 'Check the date and time of this machine; then run it again.';
  }
  if (CERTIFICATE.test(code)) {
    return 'If your network inspects TLS, tell Node about its certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem';
  }
  if (trouble instanceof NotSentError && trouble.proxy !== undefined && trouble.phase === 'proxy') {
    const { variable } = trouble.proxy;
    return `Check ${variable}, or leave the proxy out for this host with no_proxy; then run it again.`;
  }
  return 'Check the connection, and FAL_PROXY_URL if you use one; then run it again.';
}

/** Whether the next attempt would fail in the same way: an untrusted certificate, a proxy that refuses. */
export function isLasting(trouble: unknown): boolean {
  if (!(trouble instanceof NotSentError)) return false;
  const { cause, phase } = trouble;
  if (cause instanceof TunnelRefusedError) return cause.status < 500;
  return (phase === 'tls' || phase === 'proxy') && CERTIFICATE.test(codeOf(cause) ?? '');
}

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'its host name could not be resolved',
  EAI_AGAIN: 'the DNS server did not answer',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'the connection timed out',
  EPIPE: 'the connection broke',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped midway',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
};

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'status' in value && 'headers' in value;
}

/** A Node timer with a longer delay fires at once. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Milliseconds the server asks us to wait, from `Retry-After` in seconds or as a date; undefined if it is absent. */
export function retryAfterMs(headers: Answer['headers'], now: number): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.min(LONGEST_WAIT_MS, Number(value) * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(0, date - now));
}
