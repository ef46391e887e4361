import { usageError } from '../../errors/error.js';

/** An expectation's name as written, and its value. */
export type Pair = readonly [name: string, value: unknown];

/**
 * Splits expectations into pairs: from an object, a text like `min_width=1024,format=png`, or a list of such texts, in
 * their order. A missing value or blank text has none.
 *
 * @throws FalEditError (usage) naming the source
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
    // The only expectation that needs no value.
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

/** Formats a user's value for a sentence: JSON on one line, shortened. */
export function valueText(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
