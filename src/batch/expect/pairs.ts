import { usageError } from '../../errors/error.js';

/** A name as it was written, and what it is to be. */
export type Pair = readonly [name: string, value: unknown];

/**
 * The expectations as they stand in an object, in a text `min_width=1024,format=png` or in a list of such texts,
 * in their order. Nothing, or a blank text, is none.
 *
 * @throws FalEditError (usage) naming the place
 */
export function pairsOf(value: unknown, where: string): Pair[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return pairsOfText(value, where);
  if (Array.isArray(value)) return value.flatMap((item: unknown) => pairsOfItem(item, where));
  if (typeof value === 'object') return Object.entries(value).filter(([, given]) => given !== undefined);
  throw notAllowed(value, where);
}

function pairsOfItem(item: unknown, where: string): Pair[] {
  if (typeof item !== 'string') throw notAllowed(item, where);
  return pairsOfText(item, where);
}

function pairsOfText(text: string, where: string): Pair[] {
  const pieces = text.split(',').filter((piece) => piece.trim() !== '');
  return pieces.map((piece) => {
    const equals = piece.indexOf('=');
    if (equals >= 0) return [piece.slice(0, equals).trim(), piece.slice(equals + 1).trim()];
    // The one that is a yes or no by itself.
    if (/^not[-_]blank$/.test(piece.trim())) return [piece.trim(), true];
    throw usageError(
      `${where} must have the form name=value, not ${valueText(piece.trim())}.`,
      'For example: min_width=1024,format=png',
    );
  });
}

function notAllowed(value: unknown, where: string) {
  return usageError(
    `${where} must be expectations by name, or text such as min_width=1024,format=png, not ${valueText(value)}.`,
  );
}

/** A value of the user's within a sentence: as JSON, on one line and not too long. */
export function valueText(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
