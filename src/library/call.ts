/*
 * Checks the arguments of a caller of the library, and converts them to the types of the rest of the program.
 */
import path from 'node:path';
import * as z from 'zod';
import { findKey } from '../config/credentials.js';
import { systemContext, type Context } from '../context.js';
import { InterruptedError, problemsError, usageError } from '../errors/error.js';
import type { EditEvent } from '../edit/events.js';
import type { EditOrder } from '../edit/plan/plan.js';
import { checkProxyUrl, connectionTo, refuseSandboxKeyElsewhere } from '../fal/connection.js';
import { routeOf, type Route } from '../fal/route.js';
import { stateFolderOf } from '../folders.js';
import { Ledger } from '../ledger/ledger.js';
import { openFetch } from '../light-fetch.js';
import { chosenSeed } from '../models/chosen-seed.js';
import { findModel } from '../models/registry.js';
import { readRequest } from '../models/read-request.js';
import { readPictureSettings } from '../models/picture-settings.js';
import type { EditRequest, NameOf, PictureSettings } from '../models/request.js';
import { didYouMean } from '../near-name.js';
import { SCHEMA_OPTIONS, type SchemaOptions } from './models.js';

/** A picture: a path, an http(s) URL, a data: URI, or its bytes. */
export type Picture = string | Uint8Array;

/** Replaceable parts of the outside world. */
export type EditContext = Partial<Pick<Context, 'cwd' | 'env' | 'folders' | 'now' | 'sleep'>>;

/** How the library reaches fal and its ledger. */
export interface Access {
  /** fal's key; FAL_KEY of the environment if absent. */
  key?: string;
  /** A proxy that speaks fal's protocol; FAL_PROXY_URL of the environment if absent. A key is then optional. */
  proxyUrl?: string;
  /** Folder of the ledger; FAL_EDIT_STATE_DIR of the environment, or the user's own folder, if absent. */
  stateDir?: string;
  /** Milliseconds; 10 minutes if absent. What fal has by then can be fetched later: call again with the same edit. */
  timeoutMs?: number;
  /** At the deadline, ask fal to cancel the edit instead. */
  cancelOnTimeout?: boolean;
  /** Stops the edit: one that is queued at fal is cancelled; one that runs can be fetched later: call again with the same edit. */
  signal?: AbortSignal;
  /** Called for each step. What it throws is ignored: an edit that is paid for does not stop over its display. */
  onEvent?: (event: EditEvent) => void;
  /** Working directory, environment, folders and clock, for tests. */
  context?: EditContext;
}

/** One edit. What is left out is left to fal, but for the seed, which is then chosen and reported. */
export interface EditCall
  extends Omit<EditRequest, 'images' | 'seed' | 'set' | 'files'>, PictureSettings, Access, SchemaOptions {
  /** One picture, or a list of up to as many as the model edits together. */
  images: Picture | Picture[];
  /** Short name or endpoint id of fal; flux-general if absent. */
  model?: string;
  /** Use the built-in local fal: no key, no network, no cost. */
  sandbox?: boolean;
  seed?: number;
  /** Further fields of the model's own input, by fal's names; checked by the model's schema. */
  set?: Record<string, unknown>;
  /** Files for other fields of the model's input, such as a mask: by fal's names, a path, URL or data: URI. */
  file?: Record<string, string | string[]>;
  /** Send more pictures than fal is known to use for this model. */
  allowMany?: boolean;
  /** A file, a folder/ or a template; `{name}.edit.{ext}` in the working directory if absent. */
  output?: string;
  /** Save no file: the picture comes back as `images[0].data`. For one picture. */
  inMemory?: boolean;
  /** Overwrite an existing file. */
  force?: boolean;
  /** Save pictures that the safety checker blanked. */
  keepBlanked?: boolean;
  /** Dollars that this edit may cost at most; it is refused before anything is sent. */
  maxCostUsd?: number;
  /** Dollars that all edits of a local day may cost together, counted from the ledger. */
  dailyCapUsd?: number;
  /** Dollars that the edit may cost, for the caps, where its price is unknown. */
  assumeCostUsd?: number;
  /** Pay for another one, even if the same call was cut short and its edit can still be fetched. */
  again?: boolean;
}

export const text = z.string({ error: 'must be a string' });
export const flag = z.boolean({ error: 'must be true or false' });
export const number = z.number({ error: 'must be a number' });
const dollars = z.number({ error: 'must be dollars' }).min(0, 'must not be negative');
const picture = z.union([z.string(), z.instanceof(Uint8Array)]);
const instance = <T>(what: string, is: (value: unknown) => value is T) => z.custom<T>(is, `must be ${what}`);

export const ACCESS = {
  ...{ key: text, proxyUrl: text, stateDir: text, cancelOnTimeout: flag },
  // Infinity is a number here.
  timeoutMs: instance(
    'a number of milliseconds above 0',
    (value): value is number => typeof value === 'number' && value > 0,
  ),
  signal: instance('an AbortSignal', (value): value is AbortSignal => value instanceof AbortSignal),
  onEvent: instance(
    'a function',
    (value): value is (event: EditEvent) => void => typeof value === 'function',
  ),
  context: z.looseObject({}, { error: 'must be an object' }),
};

export const EDIT = {
  ...{
    model: text,
    sandbox: flag,
    output: text,
    inMemory: flag,
    force: flag,
    keepBlanked: flag,
    again: flag,
  },
  ...{ maxCostUsd: dollars, dailyCapUsd: dollars },
  assumeCostUsd: z.number({ error: 'must be dollars' }).positive('must be above 0'),
  ...{ strength: number, steps: number, guidance: number },
  ...{
    seed: number,
    numImages: number,
    negativePrompt: text,
    acceleration: text,
    expandPrompt: flag,
    safetyChecker: flag,
  },
  loras: z.array(z.strictObject({ path: text, scale: number.optional() }), {
    error: 'must be a list of LoRAs, e.g. [{ path: "owner/style", scale: 0.8 }]',
  }),
  size: z.union([z.string(), z.strictObject({ width: z.number(), height: z.number() })], {
    error: 'must be a preset or { width, height }',
  }),
  format: z.enum(['png', 'jpeg', 'webp'], { error: 'must be png, jpeg or webp' }),
  set: z.record(z.string(), z.unknown(), { error: 'must be an object' }),
  file: z.record(z.string(), z.union([text, z.array(text)]), { error: 'must be an object' }),
  allowMany: flag,
  ...{ background: text, uploadAsIs: flag, maxUpload: number, upscaleInput: flag },
  alpha: z.enum(['keep', 'none'], { error: 'must be "keep" or "none"' }),
  metadata: z.enum(['keep', 'all', 'none'], { error: 'must be "keep", "all" or "none"' }),
  icc: z.enum(['keep', 'none'], { error: 'must be "keep" or "none"' }),
};

/** The names and types of what can be passed; the ranges are the model's affair. */
const callSchema = z.strictObject({
  images: z.union([picture, z.array(picture)], {
    error: 'must be a path, a URL, the bytes of a picture, or a list of these',
  }),
  prompt: text.optional(),
  ...z.object({ ...ACCESS, ...SCHEMA_OPTIONS, ...EDIT }).partial().shape,
});

const accessSchema = z.strictObject(z.object(ACCESS).partial().shape);

/** @throws FalEditError (usage): a name that there is not, or a value of another type */
export function checkCall(call: unknown): void {
  check(callSchema, call);
}

/** @throws FalEditError (usage): a name that there is not, or a value of another type */
export function checkAccess(access: unknown): void {
  check(accessSchema, access);
}

/**
 * Checks the names and types of options.
 *
 * @param at path of the options in the call, where they are a part of it
 * @throws FalEditError (usage)
 */
export function check(schema: z.ZodObject, value: unknown, at?: string): void {
  const { error } = schema.safeParse(value);
  if (error === undefined) return;
  const known = Object.keys(schema.shape);
  const problems = error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
      return issue.keys.map((key) => {
        const near = didYouMean(key, known, '');
        const field = at === undefined ? key : `${at}.${key}`;
        return { field, message: `unknown option.${near === '' ? '' : ` ${near}`}` };
      });
    }
    const name = [...(at === undefined ? [] : [at]), ...issue.path.map(String)].join('.');
    return [{ field: name === '' ? 'The options' : name, message: `${issue.message}.` }];
  });
  throw problemsError('usage', problems, { hint: `Options: ${known.join(', ')}.` });
}

/** The edit that a call asks for. Messages name its options. @throws FalEditError (usage) */
export function orderOf(call: EditCall, newSeed: () => number): EditOrder {
  const { images, prompt, strength, loras, steps, guidance, seed, numImages, size, format } = call;
  const { negativePrompt, acceleration, expandPrompt, safetyChecker, set, file } = call;
  if (call.output === '-') {
    throw usageError(
      'output: "-" works only on the command line. Use a file, a folder/ or a template; inMemory saves no file.',
    );
  }
  if (call.inMemory === true && call.output !== undefined) {
    throw usageError('inMemory and output exclude each other. Give one.');
  }
  const model = findModel(call.model, 'model');
  const nameOf: NameOf = (setting) => (setting === 'output' && call.inMemory === true ? 'inMemory' : setting);
  const given = {
    ...{ prompt, strength, loras, steps, guidance, seed, numImages, size, format },
    ...{ negativePrompt, acceleration, expandPrompt, safetyChecker, set, file },
    images: (Array.isArray(images) ? images : [images]).map(sourceOf),
  };
  const request = readRequest(model, given, nameOf);
  const { background, uploadAsIs, maxUpload, upscaleInput, alpha, metadata, icc } = call;
  const pictures = { background, uploadAsIs, maxUpload, upscaleInput, alpha, metadata, icc };
  return {
    model,
    request: { ...request, seed: request.seed ?? chosenSeed(model, newSeed()) },
    output: call.inMemory === true ? '-' : call.output,
    force: call.force === true,
    keepBlanked: call.keepBlanked === true,
    pictures: readPictureSettings(pictures, nameOf),
    seedIsOurs: seed === undefined,
    allowMany: call.allowMany === true,
    nameOf,
  };
}

/** Bytes are a data: URI without a name. */
function sourceOf(image: Picture): string {
  if (typeof image === 'string') {
    if (image !== '-') return image;
    throw usageError('images: "-" works only on the command line. Pass the bytes of the picture.');
  }
  return `data:;base64,${Buffer.from(image.buffer, image.byteOffset, image.byteLength).toString('base64')}`;
}

/** With the caller's environment comes the way through its proxies. */
function contextOf(signal: AbortSignal, { context: overrides = {} }: Pick<Access, 'context'>): Context {
  const system = systemContext(signal);
  const { env } = overrides;
  return { ...system, ...(env === undefined ? {} : { fetch: openFetch(env) }), ...overrides, signal };
}

/** The way to fal. Its secrets are kept out of everything from here on. @throws FalEditError (usage, auth) */
export function routeOfCall(
  { key, proxyUrl, sandbox }: Pick<EditCall, 'key' | 'proxyUrl' | 'sandbox'>,
  context: Pick<Context, 'env' | 'secrets'>,
): Route {
  const { env, secrets } = context;
  secrets.addEnvironment(env);
  if (sandbox === true && proxyUrl !== undefined) {
    throw usageError('sandbox and proxyUrl exclude each other. Give one.');
  }
  // It is on this machine, and is told no key: no proxy of the environment matters.
  if (sandbox === true) return routeOf({ key: undefined, proxyUrl: undefined }, context, true);
  const proxy = proxyUrl ?? env['FAL_PROXY_URL'];
  const variables = key === undefined ? env : { FAL_KEY: key };
  const proxied = proxy !== undefined && proxy !== '';
  const found = findKey([{ origin: 'environment', variables }], [], proxied)?.key;
  const connection = connectionTo(proxied ? checkProxyUrl(proxy, 'proxyUrl') : undefined, found, env);
  refuseSandboxKeyElsewhere(connection);
  secrets.addKey(connection.key);
  secrets.addUrl(connection.proxyUrl);
  return routeOf(connection, context);
}

/** The ledger that the call names, or the user's. */
export function ledgerOf(access: Access, context: Context): Promise<Ledger> {
  return Ledger.open(stateFolderOf(context.folders, stateDirOf(access, context)), context);
}

/** Absolute; undefined if neither the call nor the environment names one. */
export function stateDirOf(
  { stateDir }: Pick<Access, 'stateDir'>,
  { env, cwd }: Pick<Context, 'env' | 'cwd'>,
): string | undefined {
  const folder = stateDir ?? env['FAL_EDIT_STATE_DIR'] ?? '';
  return folder === '' ? undefined : path.resolve(cwd, folder);
}

/** The caller's own errors do not stop an edit. */
export function listenerOf<Event = EditEvent>({
  onEvent,
}: {
  onEvent?: (event: Event) => void;
}): (event: Event) => void {
  return (event) => {
    try {
      onEvent?.(event);
    } catch {
      // Nothing here depends on it.
    }
  };
}

/** The caller's signal with a reason of ours, which the rest of the program can rely on. */
function interruptionOf({ signal: stop }: Pick<Access, 'signal'>): {
  signal: AbortSignal;
  release: () => void;
} {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new InterruptedError('SIGINT'));
  if (stop?.aborted === true) abort();
  stop?.addEventListener('abort', abort, { once: true });
  return { signal: controller.signal, release: () => stop?.removeEventListener('abort', abort) };
}

/** Runs a call under its context, as long as its signal lets it. */
export async function withContext<T>(
  call: Pick<Access, 'context' | 'signal'>,
  run: (context: Context) => Promise<T>,
): Promise<T> {
  const { signal, release } = interruptionOf(call);
  try {
    return await run(contextOf(signal, call));
  } finally {
    release();
  }
}
