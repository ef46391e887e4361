import { MODELS } from './registry.js';
import type { OutputFormat, RequestKey } from './request.js';

/** Facts about a model, for the help. */
export interface ModelWords {
  /** Short name. */
  name: string;
  /** The settings it has fields for. */
  takes: readonly RequestKey[];
  formats: readonly OutputFormat[];
}

/**
 * The models, for the help. The build computes this and puts the result in place of this file (tsdown.config.ts), so
 * that the help loads no schema.
 */
export const MODEL_WORDS: readonly ModelWords[] = MODELS.map(({ name, fields, formats }) => ({
  name,
  takes: Object.keys(fields) as RequestKey[],
  formats,
}));
