import * as z from 'zod';
import type { EditOutput, OutputImage } from './model.js';

/** More pictures than any request makes. */
export const MOST_PICTURES = 100;

/** Answers are flat; deeper than this there is no file. */
const DEEPEST = 8;
/** Values that are visited in one answer. */
const MOST_VALUES = 100_000;

/** Names of the main output, the likelier one first. */
const MAIN_FIELDS = ['images', 'image'];

/** A file as an answer names it. Only the URL is required, and a wrong detail beside it is ignored. */
const file = z.looseObject({
  url: z.string(),
  content_type: z.string().nullish().catch(undefined),
  width: z.number().int().positive().max(1e6).nullish().catch(undefined),
  height: z.number().int().positive().max(1e6).nullish().catch(undefined),
});

const flags = z.array(z.boolean().nullish().catch(undefined));

/** Everything else in an answer that we use. */
const details = z.looseObject({
  // Seeds may be up to 64 bits long.
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 64)
    .nullish()
    .catch(undefined),
  has_nsfw_concepts: z.union([z.boolean(), flags]).nullish().catch(undefined),
  nsfw_content_detected: z.union([z.boolean(), flags]).nullish().catch(undefined),
  timings: z
    .looseObject({ inference: z.number().min(0).max(1e6).optional().catch(undefined) })
    .nullish()
    .catch(undefined),
});

interface Found extends Pick<OutputImage, 'url' | 'contentType' | 'width' | 'height'> {
  /** Position in its list; undefined where it stands alone. */
  at: number | undefined;
}

/** One output: the files below one path of names. */
interface Output {
  path: readonly string[];
  /** Position of its first name among those of the schema; undefined if the schema does not name it. */
  order: number | undefined;
  files: Found[];
}

/**
 * A reader of answers whose shape is known from the output schema, or from nothing. It takes every file that the answer
 * names, at any depth, whether the schema announced it or not: they are paid for.
 *
 * The main output is `images`, else `image`, else the first in the schema's order, of those that are there.
 *
 * @param order names of the schema's output fields that hold files, in its order; undefined if it names none
 * @param options `anyShape`: no schema is here, so no file is unexpected
 * @returns the reader; it returns undefined for an answer without a file
 */
export function readAnswer(
  order: readonly string[] | undefined,
  { anyShape = false }: { anyShape?: boolean } = {},
): (json: unknown) => EditOutput | undefined {
  return (json) => {
    const outputs = findOutputs(json, order ?? []);
    const main = mainOf(outputs);
    if (main === undefined) return undefined;
    const { seed, timings, ...about } = details.safeParse(json).data ?? {};
    const blanked = about.has_nsfw_concepts ?? about.nsfw_content_detected ?? undefined;
    const isAnnounced = ({ order: at, path }: Output): boolean =>
      at !== undefined || (order === undefined && (anyShape || isUsual(path)));
    const all: OutputImage[] = [];
    const seen = new Set<string>();
    for (const output of [main, ...outputs.filter((one) => one !== main)]) {
      for (const { at = 0, ...found } of output.files) {
        if (seen.has(found.url)) continue;
        seen.add(found.url);
        all.push({
          ...found,
          ...(output === main
            ? { nsfw: typeof blanked === 'boolean' ? blanked : (blanked?.[at] ?? undefined) }
            : { nsfw: undefined, field: nameOf(output, outputs) }),
          ...(isAnnounced(output) ? {} : { unexpected: true as const }),
        });
      }
    }
    return {
      images: all.slice(0, MOST_PICTURES),
      ...(all.length > MOST_PICTURES ? { leftOut: all.length - MOST_PICTURES } : {}),
      seed: seed ?? undefined,
      inferenceSeconds: timings?.inference,
    };
  };
}

function isUsual(path: readonly string[]): boolean {
  return path.length === 1 && MAIN_FIELDS.includes(path[0] ?? '');
}

function mainOf(outputs: readonly Output[]): Output | undefined {
  const announced = outputs.filter(({ order }) => order !== undefined);
  const candidates = announced.length > 0 ? announced : outputs;
  for (const name of MAIN_FIELDS) {
    const match = candidates.find(({ path }) => path.at(-1) === name);
    if (match !== undefined) return match;
  }
  return candidates[0];
}

/** Name of an output in names of files: it comes from outside. */
function nameOf({ path }: Output, outputs: readonly Output[]): string {
  const last = path.at(-1) ?? '';
  const isShared = outputs.filter((other) => (other.path.at(-1) ?? '') === last).length > 1;
  const name = (isShared ? path.join('-') : last).slice(0, 40).replace(/[^A-Za-z0-9_-]/g, '_');
  return name === '' ? 'file' : name;
}

/** The outputs of an answer: the schema's in its order, then the others. */
function findOutputs(json: unknown, order: readonly string[]): Output[] {
  const outputs = new Map<string, Output>();
  let left = MOST_VALUES;

  const add = (path: readonly string[], found: Found): void => {
    const key = JSON.stringify(path);
    const at = order.indexOf(path[0] ?? '');
    const output = outputs.get(key) ?? { path, order: at < 0 ? undefined : at, files: [] };
    output.files.push(found);
    outputs.set(key, output);
  };

  const visit = (value: unknown, path: readonly string[], depth: number, at?: number): void => {
    if (left-- <= 0 || depth > DEEPEST) return;
    if (typeof value === 'string') {
      const [name = ''] = path;
      const isFile = isDataUri(value) || (order.includes(name) && path.length === 1 && isAddress(value));
      if (isFile) add(path, { url: value, contentType: undefined, width: undefined, height: undefined, at });
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, path, depth + 1, index);
    } else if (typeof value === 'object' && value !== null) {
      const found = fileOf(value);
      if (found !== undefined) add(path, { ...found, at });
      else for (const [name, item] of Object.entries(value)) visit(item, [...path, name], depth + 1, at);
    }
  };

  visit(json, [], 0);
  return [...outputs.values()].sort((a, b) => (a.order ?? Infinity) - (b.order ?? Infinity) || 0);
}

function fileOf(value: object): Omit<Found, 'at'> | undefined {
  const parsed = file.safeParse(value).data;
  if (parsed === undefined || !(isAddress(parsed.url) || isDataUri(parsed.url))) return undefined;
  return {
    url: parsed.url,
    contentType: parsed.content_type ?? undefined,
    width: parsed.width ?? undefined,
    height: parsed.height ?? undefined,
  };
}

function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** A data: URI of a picture or another file; its text is not one that only begins like it. */
function isDataUri(text: string): boolean {
  return /^data:[a-z]+\/[a-z0-9.+-]+[;,]/i.test(text);
}
