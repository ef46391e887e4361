import path from 'node:path';
import { systemContext, type Context } from '../context.js';
import { InterruptedError, usageError } from '../errors.js';
import { findKey, missingKeyError } from '../config/credentials.js';
import { checkProxyUrl, connectionTo, refuseSandboxKeyElsewhere } from '../fal/connection.js';
import { stateFolderOf } from '../folders.js';
import { Ledger } from '../ledger/ledger.js';
import { openFetch } from '../light-fetch.js';
import { findModel } from '../models/registry.js';
import type { EditRequest } from '../models/request.js';
import { verifySandbox, viaOf } from './backend.js';
import type { EditEvent } from './events.js';
import { planEdit } from './plan.js';
import { recordOf, type EditRecord } from './record.js';
import { runEdit } from './run.js';

/** One edit, for {@link edit}. What is left out is left to fal, but for the seed, which is then chosen and reported. */
export interface EditCall extends Omit<EditRequest, 'seed' | 'set'> {
  /** Paths, http(s) URLs or data: URIs: one, or up to as many as `fal-edit models` says of the model's `--image`. */
  images: string[];
  /** Short name or endpoint id; flux-general if absent. */
  model?: string;
  seed?: number;
  /** Further fields of the model's own input, by fal's names; checked by the model's schema. */
  set?: Record<string, unknown>;
  /** A file, a folder/ or a template; `{name}.edit.{ext}` in the working directory if absent. */
  output?: string;
  /** Overwrite an existing file. */
  force?: boolean;
  /** Save pictures that the safety checker blanked. */
  keepBlanked?: boolean;
  /** Milliseconds; 10 minutes if absent. What fal has by then can be had later: call again with the same edit. */
  timeoutMs?: number;
  /** At the deadline, ask fal to cancel the edit instead. */
  cancelOnTimeout?: boolean;
  /** Dollars that this edit may cost at most; it is refused before anything is sent. */
  maxCostUsd?: number;
  /** Dollars that all edits of a local day may cost together, counted from the ledger. */
  dailyCapUsd?: number;
  /** Pay for another one, though the same call was cut short and its edit can be had. */
  again?: boolean;
  /** Folder of the ledger; FAL_EDIT_STATE_DIR of the environment, or the user's own place, if absent. */
  stateDir?: string;
  /** fal's key; FAL_KEY of the environment if absent. */
  key?: string;
  /** A proxy that speaks fal's protocol; FAL_PROXY_URL of the environment if absent. A key is then optional. */
  proxyUrl?: string;
  /** Stops the edit: one that is queued at fal is cancelled; one that runs can be had later: call again with the same edit. */
  signal?: AbortSignal;
  /** Told of each step. What it throws is ignored: an edit that is paid for does not stop over its display. */
  onEvent?: (event: EditEvent) => void;
  /** Overrides of the outer world: working directory, clock, fetch. */
  context?: Partial<Context>;
}

/** A finished edit. */
export type EditResult = EditRecord;

const DEFAULT_TIMEOUT_MS = 10 * 60_000;

/**
 * Edits a picture and saves the result. Never prints, reads no argv, and pays at most once.
 *
 * @throws FalEditError: `kind` says what happened, `charged` whether it was or may have been paid for, and
 * `details.request_id` how the edit is called at fal, if it got there
 */
export async function edit(call: EditCall): Promise<EditResult> {
  const { model: name, output, force, keepBlanked, key, proxyUrl, onEvent, ...asked } = call;
  const { timeoutMs, cancelOnTimeout, maxCostUsd, dailyCapUsd, again, stateDir, ...more } = asked;
  const { signal: stop, context: overrides, ...request } = more;
  const { signal, release } = interruption(stop);
  try {
    const context = contextOf(signal, overrides);
    const connection = connectionOf(key, proxyUrl, context.env);
    refuseSandboxKeyElsewhere(connection);
    context.secrets.addEnvironment(context.env);
    context.secrets.addKey(connection.key);
    context.secrets.addUrl(connection.proxyUrl);
    const plan = await planEdit(
      {
        model: findModel(name),
        request: { ...request, seed: request.seed ?? context.newSeed() },
        output: notStream(output),
        force: force === true,
        keepBlanked: keepBlanked === true,
        seedIsOurs: request.seed === undefined,
      },
      context,
    );
    if (connection.key === undefined && connection.proxyUrl === undefined) throw missingKeyError();
    await verifySandbox(connection, context);
    const record = recordOf(plan);
    const folder = stateDir ?? context.env['FAL_EDIT_STATE_DIR'] ?? '';
    const ledger = await Ledger.open(
      stateFolderOf(context.folders, folder === '' ? undefined : path.resolve(context.cwd, folder)),
      context,
    );
    try {
      await runEdit(plan, record, {
        context,
        connection,
        ledger,
        via: viaOf(connection, context),
        timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
        cancelOnTimeout,
        caps: { maxCostUsd, dailyCapUsd },
        again: again === true,
        detach: false,
        onEvent: carefully(onEvent),
      });
    } finally {
      ledger.close();
    }
    return record;
  } finally {
    release();
  }
}

function carefully(onEvent: EditCall['onEvent']): (event: EditEvent) => void {
  return (event) => {
    try {
      onEvent?.(event);
    } catch {
      // The caller's own; nothing here depends on it.
    }
  };
}

/** The caller's signal with a reason of ours, which the rest of the program can rely on. */
function interruption(stop: AbortSignal | undefined): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new InterruptedError('SIGINT'));
  if (stop?.aborted === true) abort();
  stop?.addEventListener('abort', abort, { once: true });
  return { signal: controller.signal, release: () => stop?.removeEventListener('abort', abort) };
}

function connectionOf(key: string | undefined, proxyUrl: string | undefined, env: Context['env']) {
  const proxy = proxyUrl ?? env['FAL_PROXY_URL'];
  const variables = key === undefined ? env : { FAL_KEY: key };
  const proxied = proxy !== undefined && proxy !== '';
  return connectionTo(
    proxied ? checkProxyUrl(proxy, 'proxyUrl') : undefined,
    findKey([{ origin: 'environment', variables }], [], proxied)?.key,
    env,
  );
}

/** With the caller's environment comes the way through its proxies. */
function contextOf(signal: AbortSignal, overrides: Partial<Context> = {}): Context {
  const system = systemContext(signal);
  const { env } = overrides;
  return { ...system, ...(env === undefined ? {} : { fetch: openFetch(env) }), ...overrides, signal };
}

function notStream(output: string | undefined): string | undefined {
  if (output !== '-') return output;
  throw usageError('output: "-" is for the command line. Allowed: a file, a folder/ or a template.');
}
