import * as z from 'zod';
import type { Model } from './model.js';

/** Whether a model must have a prompt, may have one, or takes none. */
export function promptNeed({ fields, input }: Model): 'required' | 'optional' | 'none' {
  const [field] = fields.prompt ?? [];
  if (field === undefined) return 'none';
  return (input.shape as Record<string, z.ZodType>)[field] instanceof z.ZodOptional ? 'optional' : 'required';
}
