/*
 * INVARIANT: a run counts as a sandbox run, without cap and cost, only if the key is the sandbox's, the address is on
 * this machine, and the server there says that it is the sandbox. The server is asked before anything is sent: a header
 * or a key by itself turns no cap off.
 */
import type { Context } from '../context.js';
import { FalEditError } from '../errors/error.js';
import type { Job } from '../ledger/job.js';
import { isSandbox, SANDBOX, standaloneSandbox } from '../ledger/spending.js';
import {
  accountOf,
  isStandaloneSandbox,
  SANDBOX_HEADER,
  SANDBOX_KEY,
  type Connection,
} from './connection.js';
import { withTimeLimit } from '../deadline.js';
import { describeTrouble } from './trouble.js';

/** One run's way to fal, with the names that the ledger stores for it. */
export interface Route {
  connection: Connection;
  /**
   * Its name in the ledger: `fal`, the address of a proxy, `sandbox` for the built-in one, or `sandbox+` and the
   * address of a standalone one.
   */
  via: string;
  /** The key's account, as a hash; undefined if a proxy adds the key. */
  account: string | undefined;
}

/**
 * Makes a route. Its name leaves out a proxy's tokens, since it is stored with each edit and compared later.
 *
 * @param builtIn the sandbox is started only for this run
 */
export function routeOf(
  connection: Connection,
  { secrets }: Pick<Context, 'secrets'>,
  builtIn = false,
): Route {
  const { proxyUrl } = connection;
  const account = accountOf(connection);
  if (builtIn) return { connection, via: SANDBOX, account };
  if (proxyUrl === undefined) return { connection, via: 'fal', account };
  const address = secrets.redact(proxyUrl);
  return { connection, via: isStandaloneSandbox(connection) ? standaloneSandbox(address) : address, account };
}

/**
 * Compares how a job was sent with the current route to fal. Undefined: in the same way. Otherwise the current route
 * may not know the job, which is no reason to write it off:
 *
 * - backend: one is a sandbox and the other is not; neither knows the other's requests
 * - proxy: another proxy, or fal itself; it may lead to another fal
 * - account: the key of another account
 */
export function differenceOf(
  job: Pick<Job, 'via' | 'account'>,
  { via, account }: Omit<Route, 'connection'>,
): 'backend' | 'proxy' | 'account' | undefined {
  if (isSandbox(job.via) !== isSandbox(via)) return 'backend';
  if (job.via !== via) return 'proxy';
  const isOther = job.account !== undefined && account !== undefined && job.account !== account;
  return isOther ? 'account' : undefined;
}

/** How to reach fal as the job did: `Run this again …`. */
export function asItWasSent({ via }: Pick<Job, 'via'>): string {
  return via === 'fal' ? 'without a proxy' : `with --proxy-url ${via}`;
}

/** Where a route leads, in words: `It was sent …`. */
export function routeText({ via }: Pick<Route, 'via'>): string {
  if (via === 'fal') return 'directly to fal';
  if (via === SANDBOX) return 'to the built-in sandbox';
  const address = via.startsWith(`${SANDBOX}+`) ? via.slice(SANDBOX.length + 1) : undefined;
  return address === undefined ? `through ${via}` : `to the sandbox at ${new URL(address).host}`;
}

/** Note for a job that was sent through another route; undefined if it was sent through the current one. */
export function otherRouteText(job: SentJob, route: Pick<Route, 'via'>): string | undefined {
  if (job.via === route.via) return undefined;
  const nowText = route.via === 'fal' ? 'fal is asked directly' : `the question goes ${routeText(route)}`;
  return `${job.requestId ?? job.id} was sent ${routeText(job)}; ${nowText} now.`;
}

/** Error if only a sandbox can know the job and the route leads to fal, or the reverse; undefined otherwise. */
export function otherBackendError(job: SentJob, route: Pick<Route, 'via'>): FalEditError | undefined {
  if (isSandbox(job.via) === isSandbox(route.via)) return undefined;
  const name = job.requestId ?? job.id;
  const details = { job: job.id, via: job.via };
  if (!isSandbox(job.via)) {
    return new FalEditError('input', `${name} was sent to fal, but this would ask the sandbox.`, {
      hint: 'Unset FAL_PROXY_URL, and set FAL_KEY to your own key.',
      details,
    });
  }
  const address = job.via.slice(SANDBOX.length + 1);
  return new FalEditError(
    'input',
    `${name} was sent ${routeText(job)}, but this would ask fal. Nothing was charged.`,
    {
      hint: `If that sandbox still runs, repeat the command with FAL_PROXY_URL=${address} FAL_KEY=${SANDBOX_KEY}.`,
      details,
    },
  );
}

type SentJob = Pick<Job, 'id' | 'requestId' | 'via'>;

/** Name of the storage that a route uploads to, in a batch's ledger. */
export function storageOf({ via, account }: Omit<Route, 'connection'>): string {
  return `${via} ${account ?? ''}`;
}

/** Longest wait in milliseconds; the server is on this machine. */
const PATIENCE_MS = 10_000;

/**
 * Asks the server at the sandbox's address whether it is the sandbox. Sends nothing to fal itself or its proxies, and
 * never sends the key.
 *
 * @throws FalEditError (auth): it is not; (temporary): nobody answered; the signal's reason
 */
export async function verifySandbox(
  connection: Connection,
  { fetch, signal }: Pick<Context, 'fetch' | 'signal'>,
): Promise<void> {
  const { proxyUrl } = connection;
  if (proxyUrl === undefined || !isStandaloneSandbox(connection)) return;
  const { host } = new URL(proxyUrl);
  let says: string | null;
  try {
    says = await withTimeLimit(PATIENCE_MS, signal, async (limited) => {
      const answer = await fetch(proxyUrl, {
        method: 'GET',
        headers: {},
        signal: limited,
        redirect: 'manual',
      });
      await answer.text();
      return answer.headers.get(SANDBOX_HEADER);
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new FalEditError(
      'temporary',
      `The sandbox at ${host} cannot be reached: ${describeTrouble(error)}. Nothing was sent.`,
      { hint: 'Start it again with fal-edit sandbox, or unset FAL_PROXY_URL and FAL_KEY.', origin: error },
    );
  }
  if (says !== null) return;
  throw new FalEditError(
    'auth',
    `FAL_KEY is the key of the sandbox, but the server at ${host} is not the sandbox. Nothing was sent.`,
    { hint: 'Set FAL_KEY to your own key, or start the sandbox and set both variables that it prints.' },
  );
}
