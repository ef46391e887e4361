import { beginning } from '../naming.js';

/** Characters with a meaning in Markdown, in HTML or in GitHub's formulas, anywhere in a line. */
const MEANING = /[\\`*_~[\]<>&|$]/g;
/** Where GitHub makes a link of a mention, a number or an address, or a picture of a :word:. */
const LINKS = /[@#]|:(?=\/\/|[\w+-]+:)|www(?=\.)/gi;

/**
 * A text from outside for the middle of a line of Markdown, or for a cell of a table: on one line, at most so many
 * characters of it, shown as it is. At most six bytes come out for each character.
 *
 * Markup is written as character references, which are never taken for it. A backslash before it would be: the table
 * is read before the text in its cells, and both before the HTML. What would become a link is not markup but a
 * pattern, so that an invisible character breaks it.
 */
export function inert(text: string, most: number): string {
  return beginning(text, most)
    .replace(LINKS, '$&\u200b')
    .replace(MEANING, (character) => `&#${character.charCodeAt(0)};`);
}
