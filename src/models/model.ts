import type * as z from 'zod';
import type { Dimensions, OutputFormat, RequestKey } from './request.js';

/** fal's price for one unit of a model's work. */
export interface Price {
  /** US dollars for one unit. */
  unitUsd: number;
  unit: 'megapixels';
  /** When this price was read: YYYY-MM-DD, or YYYY-MM if the day is unknown. */
  date: string;
  /** Where it was read. */
  source: string;
}

/** The work that a price applies to. A size that is unknown before the edit is undefined. */
export interface BillableWork {
  inputs: readonly (Dimensions | undefined)[];
  output: Dimensions | undefined;
  numImages: number;
  /** fal's input, for fields that change the price. */
  input: Readonly<Record<string, unknown>>;
}

export interface BillableEstimate {
  units: number;
  /** Assumptions behind the estimate, one sentence each. */
  assumptions: string[];
  /** Why fal may bill more, by an unknown amount; empty if it cannot. */
  unbounded: string[];
}

/** One picture or other file in fal's answer. Its URL is not trusted; it may be a data: URI. */
export interface OutputImage {
  url: string;
  /** As announced: only the bytes tell the format and the size. */
  contentType: string | undefined;
  width: number | undefined;
  height: number | undefined;
  /** True if the safety checker blanked the picture; undefined if fal did not say. */
  nsfw: boolean | undefined;
  /** Name of the output that it belongs to, harmless in names of files; absent for the main one. */
  field?: string;
  /** The output schema does not name it. */
  unexpected?: true;
}

export interface EditOutput {
  /** Those of the main output first. Each URL occurs once. */
  images: OutputImage[];
  /** Number of further files in the answer, which are too many to be fetched; absent if there are none. */
  leftOut?: number;
  seed: number | undefined;
  /** Seconds of inference, as reported by the model. */
  inferenceSeconds: number | undefined;
}

/** The document that a model was made from. */
export interface SchemaSource {
  /** SHA-256 of its content, hexadecimal. No part of an edit's identity. */
  hash: string;
  /** When it was read, milliseconds since the epoch. */
  readAt: number;
  /** `fal`: fetched in this run; `file`: named by the user. */
  origin: 'fal' | 'cache' | 'file';
}

/**
 * A model that edits pictures: everything specific to one endpoint of fal, as data and pure functions. To add a model,
 * write a file like `flux-general.ts` and add a line to `registry.ts`.
 */
export interface Model {
  /** Short name for people, e.g. `flux-general`. */
  name: string;
  /** fal's full endpoint id. */
  endpoint: string;
  /** fal's schema that it was made from; absent for a listed model, which is written by hand. */
  schema?: SchemaSource;
  /** Its base model, e.g. `FLUX.1 [dev]`: LoRAs fit one base. Undefined if unknown. */
  base: string | undefined;
  /** Its purpose in one line. */
  purpose: string;
  /** An example command that shows its special features; at most 78 characters. */
  example: string;
  /** fal's input, strict: ranges, enums and defaults as `meta`; unknown fields are refused. */
  input: z.ZodObject;
  /** The fields of `input` that each property of a request fills. Properties not listed are refused by name. */
  fields: Partial<Record<RequestKey, readonly string[]>>;
  /** Whether its field for pictures takes one picture or a list. */
  pictures: 'one' | 'list';
  /** How many input pictures it edits together, at least 1. */
  maxImages: number;
  /** fal states no limit for the pictures, and may drop some: more than one need `--allow-many`. */
  statesNoLimit?: boolean;
  /** The smallest picture that it takes; absent if fal does not publish one. */
  minInput?: Dimensions;
  /** Formats that can be requested; none if fal decides. */
  formats: readonly OutputFormat[];
  /** fal's words for the formats, where they are not ours. */
  formatNames?: Partial<Record<OutputFormat, string>>;
  /** The sizes by name that its field takes, and whether it takes sides in pixels; fal's presets and sides if absent. */
  sizes?: { words: readonly string[]; takesSides: boolean };
  /** Whole numbers that it takes as a seed; 0 to 2^31 - 1 if absent. */
  seedRange?: { min: number; max: number };
  /** Fields that are always sent, whatever is asked for. */
  always?: Readonly<Record<string, unknown>>;
  /** Names of the fields of its answer that hold files, as fal's schema describes it; absent for a listed model. */
  returns?: readonly string[];
  /** fal's sentences about the fields of an input that take effect only in some cases; none if absent. */
  notesFor?: (input: Readonly<Record<string, unknown>>) => string[];
  /** The format that fal returns if none is requested. */
  defaultFormat: OutputFormat;
  /** Our own price, if it has one; else only fal knows its price. */
  price?: Price;
  /** The thing that `price` is charged for, worded to follow "a megapixel of". */
  billed?: string;
  /** Estimates the units that fal will bill at `price`. */
  billable?: (work: BillableWork) => BillableEstimate;
  /** Reads fal's answer; undefined if it does not have the expected shape. */
  fromOutput: (json: unknown) => EditOutput | undefined;
}

/** A model with a price of our own: one of `registry.ts`. */
export type ListedModel = Model & Required<Pick<Model, 'price' | 'billed' | 'billable'>>;
