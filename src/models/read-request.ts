/*
 * The only place where a request is read: from the texts of a command line or CSV cell, the values of a JSON file, or
 * the values of a library call. It checks only forms; the model's schema checks ranges.
 */
import * as z from 'zod';
import { fieldError, problemsError, type FalEditError, type FieldProblem } from '../errors/error.js';
import { textProblem } from '../text.js';
import { allowed, schemaAt } from './allowed.js';
import { parseLora } from './lora-text.js';
import type { Model } from './model.js';
import { numberOrText as number } from './number-text.js';
import {
  flagOf,
  SIZE_PRESETS,
  type Dimensions,
  type EditRequest,
  type Lora,
  type NameOf,
  type RequestKey,
  type SizeName,
} from './request.js';
import { parseSetFields, withFiles } from './set-fields.js';

/** The settings of an edit as given, each as a text or a value. A missing one was not given. */
export type GivenRequest = Partial<Record<RequestKey | 'set' | 'file', unknown>>;

const text = z.string().or(z.number().transform(String));
const side = z.number().or(
  z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number),
);

const sizeText = z
  .string()
  .trim()
  .transform((written): SizeName | Dimensions | undefined => {
    if (written === 'model') return undefined;
    const [, width, height] = /^(\d{1,6})[x×*](\d{1,6})$/i.exec(written) ?? [];
    if (width !== undefined && height !== undefined) return { width: Number(width), height: Number(height) };
    // Which names a model knows is its own.
    return written;
  });

/** A list, or a single item. */
const listOf = <T extends z.ZodType>(item: T) => z.array(item).or(item.transform((one) => [one]));

/** A LoRA as an object; a text is read by {@link parseLora}. */
const lora = z.strictObject({ path: z.string(), scale: number.nullish() });

/** Each property as a text or as a value. */
const schema = z.object({
  prompt: text,
  images: listOf(text),
  strength: number,
  loras: listOf(lora.or(text)),
  steps: number,
  guidance: number,
  seed: number.or(z.literal('random').transform(() => undefined)),
  numImages: number,
  size: sizeText.or(z.strictObject({ width: side, height: side })),
  format: z
    .string()
    .toLowerCase()
    .transform((name) => (name === 'jpg' ? 'jpeg' : name))
    .pipe(z.enum(['png', 'jpeg', 'webp'])),
  negativePrompt: text,
  acceleration: text,
  expandPrompt: z.boolean(),
  safetyChecker: z.boolean(),
});

/** A request as given. The seed is undefined if none was given. */
export type ReadRequest = EditRequest & { seed: number | undefined };

/**
 * Reads a request from texts and values.
 *
 * @param nameOf name of each setting in messages
 * @throws FalEditError (usage): names each value of a wrong form, and what is allowed
 */
export function readRequest(model: Model, given: GivenRequest, nameOf: NameOf = flagOf): ReadRequest {
  const { set: pairs, file: wishes, ...named } = given;
  const parsed = schema.partial().safeParse(named);
  if (!parsed.success) throw formsError(model, parsed.error.issues, given, nameOf);
  const { prompt, images = [], loras, seed, size, ...others } = parsed.data;
  if (typeof size === 'string') refuseSizeName(model, size, nameOf);
  const fields = parseSetFields(model, pairs, nameOf);
  const { set, files } = withFiles(model, fields, wishes, nameOf);
  return {
    ...others,
    ...(size === undefined ? {} : { size }),
    ...(prompt === undefined ? {} : { prompt: whole(prompt, nameOf('prompt')) }),
    images,
    seed,
    ...(others.negativePrompt === undefined
      ? {}
      : { negativePrompt: whole(others.negativePrompt, nameOf('negativePrompt')) }),
    ...(loras === undefined || loras.length === 0
      ? {}
      : { loras: loras.map((one) => loraOf(one, nameOf('loras'))) }),
    ...(Object.keys(set).length === 0 ? {} : { set }),
    ...(files.length === 0 ? {} : { files }),
  };
}

/** @throws FalEditError (usage): no size has that name */
function refuseSizeName(model: Model, size: string, nameOf: NameOf): void {
  const names: readonly string[] = model.sizes?.words ?? Object.keys(SIZE_PRESETS);
  if (names.includes(size) || model.fields.size === undefined) return;
  const message = `must be ${formOf(model, 'size')}, not ${JSON.stringify(size).slice(0, LONGEST_QUOTE)}.`;
  throw problemsError('usage', [{ field: nameOf('size'), message }], { hint: hintFor('size', size) });
}

function loraOf(one: string | z.infer<typeof lora>, where: string): Lora {
  if (typeof one === 'string') return parseLora(one, where);
  const { path, scale } = one;
  return scale === null || scale === undefined ? { path } : { path, scale };
}

/**
 * Checks a text that goes to fal unchanged.
 *
 * @param where name of the setting in messages
 * @throws FalEditError (usage): a part of the text was lost on its way here
 */
export function whole(written: string, where: string): string {
  const problem = textProblem(written);
  if (problem === undefined) return written;
  throw fieldError(where, `the text ${problem}.`, 'Save the script or file it comes from as UTF-8.');
}

function formsError(
  model: Model,
  issues: readonly z.core.$ZodIssue[],
  given: GivenRequest,
  nameOf: NameOf,
): FalEditError {
  const keys = [...new Set(issues.map(({ path: [key] }) => key as RequestKey))];
  const problems = keys.map((key): FieldProblem => {
    if (key === 'loras') {
      return {
        field: nameOf(key),
        message: 'a LoRA must be {"path": …, "scale": …} or text such as owner/style@0.8.',
      };
    }
    return {
      field: nameOf(key),
      message: `must be ${formOf(model, key)}, not ${JSON.stringify(given[key]).slice(0, LONGEST_QUOTE)}.`,
    };
  });
  const hint = keys.map((key) => hintFor(key, String(given[key]).trim())).find((one) => one !== undefined);
  return problemsError('usage', problems, { hint });
}

/** How much of a wrong value a message quotes, in characters. */
const LONGEST_QUOTE = 200;

function formOf(model: Model, key: RequestKey): string {
  if (key === 'images') return 'a picture, or a list of pictures';
  const [field = ''] = model.fields[key] ?? [];
  const form = allowed(schemaAt(model.input, [field]).schema);
  return key === 'size' ? `${form}, or "model" to let the model decide` : form;
}

/** Suggestion for a value in a common wrong form. */
function hintFor(key: RequestKey, value: string): string | undefined {
  if (key === 'size' && /^\d{2,5}$/.test(value)) return `For a square: --size ${value}x${value}`;
  const [, percent] = /^(\d+(?:\.\d+)?)\s*%$/.exec(value) ?? [];
  return percent === undefined ? undefined : `${percent}% is ${Number(percent) / 100}.`;
}
