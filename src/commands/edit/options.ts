import * as z from 'zod';
import type { FlagValue } from '../../config/settings.js';
import { EDITING_FLAGS, FLAGS_BEHIND, type EditingSettings } from '../flags/editing.js';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import type { Caps } from '../../ledger/spending.js';
import { allowed, schemaAt } from '../../models/allowed.js';
import type { Model } from '../../models/model.js';
import { findModel } from '../../models/registry.js';
import {
  flagOf,
  SIZE_PRESETS,
  type EditRequest,
  type NameOf,
  type RequestKey,
  type SizePreset,
} from '../../models/request.js';
import { parseSetFields } from '../../models/set-fields.js';
import { refuseUnsupported } from '../../models/unsupported.js';
import { readDollars, readTimeout } from '../limits.js';
import { parseLora } from './lora-spec.js';
import { numberText } from '../number-text.js';
import { readPrompt, whole } from './read-prompt.js';

/** One edit's flags, typed. */
export interface EditOptions {
  model: Model;
  request: EditRequest;
  output: string | undefined;
  force: boolean;
  keepBlanked: boolean;
  /** The seed was chosen by us, not by the user. */
  seedIsOurs: boolean;
  dryRun: boolean;
  timeoutMs: number;
  cancelOnTimeout: boolean;
  detach: boolean;
  again: boolean;
  caps: Caps;
  nameOf: NameOf;
}

const size = z
  .string()
  .trim()
  .transform((text, issues): SizePreset | { width: number; height: number } | undefined => {
    if (text === 'model') return undefined;
    if (Object.hasOwn(SIZE_PRESETS, text)) return text as SizePreset;
    const [, width, height] = /^(\d{1,6})[x×*](\d{1,6})$/i.exec(text) ?? [];
    if (width !== undefined && height !== undefined) return { width: Number(width), height: Number(height) };
    issues.addIssue({ code: 'custom' });
    return z.NEVER;
  });

/** Parses the text of each flag. Only the form is checked here; the model checks ranges. */
const schema = z.object({
  strength: numberText.optional(),
  'image-strength': numberText.optional(),
  steps: numberText.optional(),
  guidance: numberText.optional(),
  seed: numberText.or(z.literal('random').transform(() => undefined)).optional(),
  'num-images': numberText.optional(),
  size: size.optional(),
  format: z
    .string()
    .toLowerCase()
    .transform((text) => (text === 'jpg' ? 'jpeg' : text))
    .pipe(z.enum(['png', 'jpeg', 'webp']))
    .optional(),
  acceleration: z.enum(['none', 'regular', 'high']).optional(),
});

/**
 * Turns settings into a typed edit: parses numbers, sizes and LoRAs, chooses a seed if none is given, and refuses
 * settings that the model has no field for.
 *
 * @throws FalEditError (usage, input) naming the flag or setting, and what is allowed
 */
export async function readEditOptions(
  settings: EditingSettings,
  positional: readonly string[],
  context: Pick<Context, 'cwd' | 'stdin' | 'newSeed' | 'signal'>,
): Promise<EditOptions> {
  const { values } = settings;
  const model = findModel(text(values['model']), settings.origins['model']);
  const nameOf = namesIn(settings);
  refuseUnsupported(model, givenKeys(values), nameOf);
  // A picture on the command line replaces a default from a weaker setting.
  const isDefault = settings.origins['image'] !== '--image';
  const images = [...positional, ...(isDefault && positional.length > 0 ? [] : list(values['image']))];
  if (images.includes('-') && values['prompt-file'] === '-') {
    throw usageError('--prompt-file - and the picture - both read stdin. Use one of them.');
  }
  const parsed = parseFlags(model, values, nameOf);
  const pairs = list(values['set']).map((pair) => whole(pair, nameOf('set')));
  const set = parseSetFields(model, pairs, nameOf);
  const request: EditRequest = {
    prompt: await readPrompt(settings, context),
    images,
    strength: parsed.strength ?? parsed['image-strength'],
    loras: loras(values['lora'], nameOf('loras')),
    steps: parsed.steps,
    guidance: parsed.guidance,
    seed: parsed.seed ?? context.newSeed(),
    numImages: parsed['num-images'],
    size: parsed.size,
    format: parsed.format,
    negativePrompt: wholeText(values['negative-prompt'], nameOf('negativePrompt')),
    acceleration: parsed.acceleration,
    expandPrompt: values['expand-prompt'] === true ? true : undefined,
    safetyChecker: values['no-safety-checker'] === true ? false : undefined,
    ...(Object.keys(set).length === 0 ? {} : { set }),
  };
  return {
    model,
    request,
    output: text(values['output']),
    force: values['force'] === true,
    keepBlanked: values['keep-blanked'] === true,
    seedIsOurs: parsed.seed === undefined,
    dryRun: values['dry-run'] === true,
    timeoutMs: readTimeout(settings),
    cancelOnTimeout: values['cancel-on-timeout'] === true,
    detach: values['detach'] === true,
    again: values['again'] === true,
    caps: { maxCostUsd: readDollars(settings, 'max-cost'), dailyCapUsd: readDollars(settings, 'daily-cap') },
    nameOf: (setting) => (setting === 'images' && positional.length > 0 ? flagOf(setting) : nameOf(setting)),
  };
}

/** Name of each setting for messages: the flag, variable or file of its value. */
function namesIn({ values, origins }: EditingSettings): NameOf {
  return (setting) => {
    const flag = FLAGS_BEHIND.get(setting)?.find((name) => values[name] !== undefined);
    return (flag === undefined ? undefined : origins[flag]) ?? flagOf(setting);
  };
}

/** A request with a value for each given setting, enough to check what the model lacks. */
function givenKeys(values: EditingSettings['values']): Partial<EditRequest> {
  const given = [...FLAGS_BEHIND].filter(([, flags]) => flags.some((flag) => values[flag] !== undefined));
  return Object.fromEntries(given.map(([key]) => [key, true]));
}

function parseFlags(model: Model, values: EditingSettings['values'], nameOf: NameOf): z.infer<typeof schema> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const hints: string[] = [];
  const messages = parsed.error.issues.map((issue) => {
    const flag = issue.path[0] as keyof z.infer<typeof schema>;
    const key = EDITING_FLAGS.find(({ name }) => name === flag)?.fills as RequestKey;
    const field = model.fields[key]?.[0] ?? '';
    const given = JSON.stringify(values[flag]);
    hints.push(...hintFor(flag, String(values[flag]).trim()));
    const extra = key === 'size' ? ', or "model" to let the model decide' : '';
    return `${nameOf(key)}: must be ${allowed(schemaAt(model.input, [field]).schema)}${extra}, not ${given}.`;
  });
  throw usageError(messages.join('\n'), hints[0]);
}

/** Suggestion for a value in a common wrong form. */
function hintFor(flag: string, value: string): string[] {
  if (flag === 'size' && /^\d{2,5}$/.test(value)) return [`For a square: --size ${value}x${value}`];
  const [, percent] = /^(\d+(?:\.\d+)?)\s*%$/.exec(value) ?? [];
  return percent === undefined ? [] : [`${percent}% is ${Number(percent) / 100}.`];
}

function loras(value: FlagValue | undefined, where: string): EditRequest['loras'] {
  const specs = list(value);
  return specs.length === 0 ? undefined : specs.map((spec) => parseLora(spec, where));
}

function wholeText(value: FlagValue | undefined, where: string): string | undefined {
  return typeof value === 'string' ? whole(value, where) : undefined;
}

function text(value: FlagValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function list(value: FlagValue | undefined): string[] {
  return Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
}
