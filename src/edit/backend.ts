/*
 * INVARIANT: a run counts as one on the sandbox, so that no cap and no cost holds for it, only where the key is
 * the sandbox's, the address is on this machine, and the server there says that it is the sandbox. The last is
 * asked before anything is sent: a header alone, or a key alone, turns no cap off.
 */
import type { Context } from '../context.js';
import { FalEditError } from '../errors.js';
import { isStandaloneSandbox, SANDBOX_HEADER, type Connection } from '../fal/connection.js';
import { withTimeLimit } from '../fal/time-limit.js';
import { describeTrouble } from '../fal/trouble.js';
import { SANDBOX, standaloneSandbox } from '../ledger/spending.js';

/**
 * The way to fal as the ledger calls it: without the tokens of a proxy, since it is stored with each edit, and compared
 * with that of later ones.
 *
 * @param builtIn the sandbox is started for this run alone
 */
export function viaOf(
  connection: Connection,
  { secrets }: Pick<Context, 'secrets'>,
  builtIn = false,
): string {
  if (builtIn) return SANDBOX;
  if (connection.proxyUrl === undefined) return 'fal';
  const proxyUrl = secrets.redact(connection.proxyUrl);
  return isStandaloneSandbox(connection) ? standaloneSandbox(proxyUrl) : proxyUrl;
}

/** Describes a way to fal in words. */
export function wayText(via: string): string {
  if (via === 'fal') return 'directly to fal';
  if (via === SANDBOX) return 'to the built-in sandbox';
  const address = via.startsWith(`${SANDBOX}+`) ? via.slice(SANDBOX.length + 1) : undefined;
  return address === undefined ? `through ${via}` : `to the sandbox at ${new URL(address).host}`;
}

/** In milliseconds; it is on this machine. */
const PATIENCE_MS = 10_000;

/**
 * Asks the server at the sandbox's address whether it is the sandbox. Nothing is asked of fal itself or of its
 * proxies. The key is not sent.
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
