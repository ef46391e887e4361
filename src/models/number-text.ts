import * as z from 'zod';

/** A number as people write it on a command line. */
export const numberText = z
  .string()
  .trim()
  .regex(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i)
  .transform(Number);

/** A number, or its text. */
export const numberOrText = z.number().or(numberText);
