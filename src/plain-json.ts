/** What JSON lets through, and a terminal or an editor may act upon. */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * JSON that means the same, and shows nothing else than it holds: nothing in it acts on a terminal.
 *
 * @param indent spaces a level; all on one line if absent
 */
export function plainJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
