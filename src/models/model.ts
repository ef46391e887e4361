import type * as z from 'zod';
import type { Dimensions, OutputFormat, RequestKey } from './request.js';

/** fal's price for one unit of a model's work. */
export interface Price {
  /** US dollars for one unit. */
  unitUsd: number;
  unit: 'megapixels';
  /** When this price was read: YYYY-MM-DD, or YYYY-MM where the day is not known. */
  date: string;
  /** Where it was read. */
  source: string;
}

/** The work that a price applies to. Sizes that are unknown before the edit are undefined. */
export interface BillableWork {
  inputs: readonly (Dimensions | undefined)[];
  output: Dimensions | undefined;
  numImages: number;
  /** fal's input, for fields that change the price. */
  input: Readonly<Record<string, unknown>>;
}

export interface BillableEstimate {
  units: number;
  /** Assumptions behind it, a sentence each. */
  assumptions: string[];
  /** Why fal may bill more than that, by an unknown amount; empty where it may not. */
  unbounded: string[];
}

/** One picture in fal's answer. The URL is not to be trusted. */
export interface OutputImage {
  url: string;
  contentType: string | undefined;
  width: number | undefined;
  height: number | undefined;
  /** True where the safety checker blanked the picture; undefined where fal did not say. */
  nsfw: boolean | undefined;
}

export interface EditOutput {
  images: OutputImage[];
  seed: number | undefined;
  /** Seconds of inference that the model itself reports. */
  inferenceSeconds: number | undefined;
}

/**
 * A model that edits pictures: everything that is particular to one endpoint of fal, as data and pure
 * functions. A further model is one file like `flux-general.ts` and a line in `registry.ts`.
 */
export interface Model {
  /** Short name for people, e.g. `flux-general`. */
  name: string;
  /** fal's full endpoint id. */
  endpoint: string;
  /** Its base model, e.g. `FLUX.1 [dev]`: LoRAs fit one base. */
  base: string;
  /** Its purpose in one line. */
  purpose: string;
  /** An example command that shows its particular features; at most 78 characters. */
  example: string;
  /** fal's input, strict: ranges, enums and defaults as `meta`, unknown fields refused. */
  input: z.ZodObject;
  /** The fields of `input` that each property of a request fills. Unlisted properties are refused by name. */
  fields: Partial<Record<RequestKey, readonly string[]>>;
  /** Whether its field for pictures takes one of them or a list. */
  pictures: 'one' | 'list';
  /** How many input pictures it edits together, at least 1. */
  maxImages: number;
  formats: readonly OutputFormat[];
  /** The format that fal returns when none is requested. */
  defaultFormat: OutputFormat;
  price: Price;
  /** The things that `price` is charged for, in words that fit behind "a megapixel of". */
  billed: string;
  /** Units that fal will probably bill. */
  billable: (work: BillableWork) => BillableEstimate;
  /** Reads fal's answer; undefined when it does not have the shape of an answer. */
  fromOutput: (json: unknown) => EditOutput | undefined;
}
