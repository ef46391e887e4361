import { systemContext, type Context } from '../context.js';
import { InterruptedError, usageError } from '../errors.js';
import { findKey, missingKeyError } from '../config/credentials.js';
import { checkProxyUrl } from '../fal/connection.js';
import { findModel } from '../models/registry.js';
import type { EditRequest } from '../models/request.js';
import type { EditEvent } from './events.js';
import { planEdit } from './plan.js';
import { recordOf, type EditRecord } from './record.js';
import { runEdit } from './run.js';

/** One edit, for {@link edit}. What is left out is left to fal, but for the seed, which is then chosen and reported. */
export interface EditCall extends Omit<EditRequest, 'seed' | 'set'> {
  /** Paths, http(s) URLs or data: URIs; 1 for flux-general, 1 to 3 for flux-2-lora. */
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
  /** Milliseconds; 10 minutes if absent. */
  timeoutMs?: number;
  /** fal's key; FAL_KEY of the environment if absent. */
  key?: string;
  /** A proxy that speaks fal's protocol; FAL_PROXY_URL of the environment if absent. A key is then optional. */
  proxyUrl?: string;
  /** Stops the edit: what is queued or runs at fal is asked to be cancelled. */
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
  const { model: name, output, force, keepBlanked, timeoutMs, key, proxyUrl, onEvent, ...asked } = call;
  const { signal: stop, context: overrides, ...request } = asked;
  const { signal, release } = interruption(stop);
  try {
    const context: Context = { ...systemContext(signal), ...overrides, signal };
    const connection = connectionOf(key, proxyUrl, context.env);
    const plan = await planEdit(
      {
        model: findModel(name),
        request: { ...request, seed: request.seed ?? context.newSeed() },
        output: notStream(output),
        force: force === true,
      },
      context,
    );
    if (connection.key === undefined && connection.proxyUrl === undefined) throw missingKeyError();
    const record = recordOf(plan);
    await runEdit(plan, record, {
      context,
      connection,
      timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
      keepBlanked: keepBlanked === true,
      onEvent: carefully(onEvent),
    });
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
  return {
    key: findKey([{ origin: 'environment', variables }], []),
    proxyUrl: proxy === undefined || proxy === '' ? undefined : checkProxyUrl(proxy, 'proxyUrl'),
  };
}

function notStream(output: string | undefined): string | undefined {
  if (output !== '-') return output;
  throw usageError('output: "-" is for the command line. Allowed: a file, a folder/ or a template.');
}
