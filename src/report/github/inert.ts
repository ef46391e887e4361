import { beginning } from '../naming.js';

/** Characters with a meaning in Markdown, in HTML or in GitHub's formulas, anywhere in a line. */
const MEANING = /[\\`*_~[\]<>&|$]/g;
/** Where GitHub turns a mention, a number or an address into a link, or a :word: into a picture. */
const LINKS = /[@#]|:(?=\/\/|[\w+-]+:)|www(?=\.)/gi;

/**
 * An untrusted text for the middle of a line of Markdown, or for a table cell: on one line, cut to `most` characters,
 * shown literally. Each character takes at most six bytes.
 *
 * Markup is written as character references, which are never read as markup. Backslashes would not be safe: the table
 * is parsed before the text in its cells, and both before the HTML. Links are made from patterns, not markup, so an
 * invisible character breaks them.
 */
export function inert(text: string, most: number): string {
  return beginning(text, most)
    .replace(LINKS, '$&\u200b')
    .replace(MEANING, (character) => `&#${character.charCodeAt(0)};`);
}
