import * as z from 'zod';
import { readAnswer } from './answer.js';
import type { EditOutput, Model } from './model.js';
import type { EditRequest, RequestKey } from './request.js';

/**
 * fal's input for a request, by the field table of its model. Unset properties are left out. Does not validate.
 *
 * @returns exactly what is sent
 */
export function toInput(model: Model, request: EditRequest): Record<string, unknown> {
  const input = (Object.entries(model.fields) as [RequestKey, readonly string[]][]).flatMap(
    ([key, fields]): [string, unknown][] => {
      const value = wireValue(model, request, key);
      return value === undefined ? [] : fields.map((field) => [field, value]);
    },
  );
  return { ...Object.fromEntries(input), ...compact(request.set ?? {}), ...model.always };
}

function wireValue(model: Model, request: EditRequest, key: RequestKey): unknown {
  const { size, format } = request;
  if (key === 'images') {
    if (request.images.length === 0) return undefined;
    return model.pictures === 'one' ? request.images[0] : request.images;
  }
  if (key === 'format' && format !== undefined) return model.formatNames?.[format] ?? format;
  if (key === 'size' && typeof size === 'object' && model.sizes?.takesSides === false) {
    return `${size.width}x${size.height}`;
  }
  if (key === 'loras') return request.loras?.map(compact);
  return request[key];
}

/** The object without its undefined properties, which are not sent. */
export function compact(object: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

const pixels = z.number().int().positive().max(1e6).nullish().catch(undefined);

/** fal's answer, loose: only the fields that we use are required, and a wrong detail beside the pictures is ignored. */
const schema = z.looseObject({
  images: z.array(
    z.looseObject({
      url: z.string(),
      content_type: z.string().nullish().catch(undefined),
      width: pixels,
      height: pixels,
    }),
  ),
  // Seeds may be up to 64 bits long.
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 64)
    .nullish()
    .catch(undefined),
  has_nsfw_concepts: z.array(z.boolean().nullish().catch(undefined)).nullish().catch(undefined),
  timings: z
    .looseObject({ inference: z.number().min(0).max(1e6).optional() })
    .nullish()
    .catch(undefined),
});

const otherAnswer = readAnswer(['images']);

/**
 * Reads the answer that fal's picture models share (fal-api.md 1.1, 1.2). If it has another shape, whatever file it
 * names is taken: it is paid for.
 *
 * @returns undefined if it names none
 */
export function parsePicturesOutput(json: unknown): EditOutput | undefined {
  const parsed = schema.safeParse(json);
  if (!parsed.success || parsed.data.images.length === 0) return otherAnswer(json);
  const { images, seed, has_nsfw_concepts: nsfw, timings } = parsed.data;
  return {
    images: images.map((image, index) => ({
      url: image.url,
      contentType: image.content_type ?? undefined,
      width: image.width ?? undefined,
      height: image.height ?? undefined,
      nsfw: nsfw?.[index] ?? undefined,
    })),
    seed: seed ?? undefined,
    inferenceSeconds: timings?.inference,
  };
}
