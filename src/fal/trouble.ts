import { codeOf, messageOf, transportOf } from '../errors.js';
import { isHtml, type Answer } from './answer.js';

/** Why a request came to nothing, in words for a sentence: "fal answered 502 with an HTML page". */
export function describeTrouble(trouble: unknown): string {
  if (isAnswer(trouble)) {
    const what = isHtml(trouble)
      ? ' with an HTML page'
      : trouble.json === undefined
        ? ' with something that is not JSON'
        : '';
    return `fal answered ${trouble.status}${what}`;
  }
  const code = codeOf(trouble);
  const words = code === undefined ? undefined : WORDS[code];
  if (words !== undefined) return `${words} (${code ?? ''})`;
  const cause = trouble instanceof Error && trouble.cause instanceof Error ? trouble.cause : trouble;
  return code === undefined ? messageOf(cause) : `${messageOf(cause)} (${code})`;
}

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'its host name was not found',
  EAI_AGAIN: 'the name service did not answer',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'the connection timed out',
  EPIPE: 'the connection broke',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped midway',
  UND_ERR_SOCKET: 'the connection was closed before the answer was whole',
};

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'status' in value && 'headers' in value;
}

/** More than a timer of Node can wait makes it fire at once. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Milliseconds that the server asks to wait, from `Retry-After` in seconds or as a date; undefined where it asks nothing. */
export function retryAfterMs(headers: Answer['headers'], now: number): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.min(LONGEST_WAIT_MS, Number(value) * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(0, date - now));
}

/**
 * Whether a failed `fetch` provably sent nothing: the connection never came to be, so no byte of the request
 * left this machine (fal-api.md, section 10). Everything else has to be taken for sent.
 */
export function wasNotSent(error: unknown): boolean {
  const { code, syscall } = transportOf(error);
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true;
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return true;
  const cause = error instanceof Error ? error.cause : undefined;
  // Several addresses were tried and none took the connection.
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(wasNotSent);
  // fetch refuses the ports of a fixed list (1, 7, 9, 25, …) without opening a socket.
  return cause instanceof Error && cause.message === 'bad port';
}
