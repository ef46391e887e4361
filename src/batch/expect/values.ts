import * as z from 'zod';
import { parseByteSize } from './byte-size.js';

/** Accepts text as well, as in CSV cells and flags: it is converted if it parses as the type. */
function fromText<T extends z.ZodType>(read: (text: string) => unknown, schema: T) {
  return z.preprocess((value) => (typeof value === 'string' ? (read(value) ?? value) : value), schema);
}

function readNumber(text: string): number | undefined {
  return /^(\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : undefined;
}

function readFormat(text: string): string {
  const format = text.trim().toLowerCase();
  return format === 'jpg' ? 'jpeg' : format;
}

function readSwitch(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

const share = fromText(readNumber, z.number().min(0).max(1));
const SHARE = { title: 'a number from 0 to 1' };

/** The valid values of each expectation. Messages use the titles. */
export const expectationValues = z.object({
  minWidth: fromText(readNumber, z.int().min(1))
    .exactOptional()
    .meta({ title: 'a whole number of at least 1' }),
  maxBytes: fromText(parseByteSize, z.int().min(1))
    .exactOptional()
    .meta({ title: 'a whole number of bytes, or a size such as 500kB, 2MB, 1.5MiB' }),
  format: fromText(readFormat, z.enum(['png', 'jpeg', 'webp']))
    .exactOptional()
    .meta({ title: 'png, jpeg or webp' }),
  maxChange: share.exactOptional().meta(SHARE),
  minChange: share.exactOptional().meta(SHARE),
  notBlank: fromText(readSwitch, z.boolean()).exactOptional().meta({ title: 'true or false' }),
});
