import { randomInt } from 'node:crypto';
import { PRESETS } from '../queue/endpoints.js';
import type { Size } from '../queue/billing.js';
import type { PictureFormat } from '../pictures/encode.js';
import { outputSize } from '../pictures/output.js';
import { asSchema, fieldsOf, optionsOf, type Schema } from './schema.js';

/** A checked input, as far as the sandbox acts on it. Models name these fields differently. */
export interface Wishes {
  values: Schema;
  prompt: string;
  seed: number;
  strength: number | undefined;
  /** Number of pictures. */
  count: number;
  format: PictureFormat;
  /** An archive of the pictures instead of them. */
  zip: boolean;
  size: Size;
  /** Files inside the answer, as data URIs. */
  inline: boolean;
}

const PROMPTS = ['prompt', 'instruction', 'text_input', 'target_prompt', 'edit_instruction'];
const COUNTS = ['num_images', 'num_samples', 'num_results', 'number_of_images', 'num_outputs', 'max_images'];
const FORMATS = ['output_format', 'format', 'image_format'];
const FACTORS = ['upscale_factor', 'upscaling_factor', 'scale_factor'];
/** Most pictures in one result, so that no request exhausts the machine. */
const MOST_PICTURES = 32;
const SQUARE: Size = { width: 1024, height: 1024 };

/** @param input the size of the first input picture */
export function readWishes(
  openapi: unknown,
  schema: Schema,
  values: Schema,
  input: Size | undefined,
): Wishes {
  const { strength, sync_mode: inline } = values;
  const format = FORMATS.map((name) => values[name]).find((value) => typeof value === 'string');
  const counts = COUNTS.map((name) => values[name]).filter((value) => typeof value === 'number');
  const count = counts.reduce((product, each) => product * each, 1);
  return {
    values,
    prompt: PROMPTS.map((name) => values[name]).find((value) => typeof value === 'string') ?? '',
    seed: typeof values['seed'] === 'number' ? values['seed'] : newSeed(openapi, schema),
    strength: typeof strength === 'number' && strength > 0 && strength <= 1 ? strength : undefined,
    count: Math.min(MOST_PICTURES, Math.max(1, Math.floor(count))),
    format: format === 'webp' ? 'webp' : format === 'jpeg' || format === 'jpg' ? 'jpeg' : 'png',
    zip: format === 'zip',
    size: outputSize(input ?? SQUARE, wantedSize(values, input)),
    inline: inline === true,
  };
}

/** A random seed that the endpoint accepts, so that it can be used again. */
function newSeed(openapi: unknown, schema: Schema): number {
  const field = fieldsOf(openapi, schema).find(([name]) => name === 'seed')?.[1];
  const most = optionsOf(openapi, field ?? {}).find((option) => typeof option['maximum'] === 'number');
  return randomInt(Math.min(2 ** 31, Number(most?.['maximum'] ?? Infinity) + 1));
}

function wantedSize(values: Schema, input: Size | undefined): Size | undefined {
  const { image_size: named, aspect_ratio: ratio, resolution } = values;
  const sides = asSchema(named) ?? values;
  if (asSchema(named) !== undefined || (isSide(values['width']) && isSide(values['height']))) {
    // 512 is the toolkit's default for a side that is left out (fal-api.md 1.1).
    const { width, height } = sides;
    return { width: isSide(width) ? width : 512, height: isSide(height) ? height : 512 };
  }
  if (typeof named === 'string') {
    const preset = Object.hasOwn(PRESETS, named) ? PRESETS[named] : pair(/^(\d+)[x×](\d+)$/, named);
    if (preset !== undefined) return { width: preset[0], height: preset[1] };
  }
  const factor = FACTORS.map((name) => values[name]).find((value) => typeof value === 'number');
  if (factor !== undefined && input !== undefined) {
    return { width: Math.round(input.width * factor), height: Math.round(input.height * factor) };
  }
  const shape = typeof ratio === 'string' ? pair(/^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/, ratio) : undefined;
  if (shape === undefined) return undefined;
  // The classes 1K, 2K and 4K mean the side of a square with as many pixels.
  const side = 1024 * (resolution === '4K' ? 4 : resolution === '2K' ? 2 : 1);
  const stretch = Math.sqrt(shape[0] / shape[1]);
  return { width: Math.round(side * stretch), height: Math.round(side / stretch) };
}

function isSide(value: unknown): value is number {
  return typeof value === 'number' && value > 0;
}

function pair(form: RegExp, text: string): [number, number] | undefined {
  const match = form.exec(text);
  const [one, other] = [Number(match?.[1]), Number(match?.[2])];
  return one > 0 && other > 0 ? [one, other] : undefined;
}
