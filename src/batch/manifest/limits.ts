/** The most that a row may have, in bytes of its JSON line or CSV record. */
export const LONGEST_ROW_BYTES = 4 * 1024 * 1024;

/** What is wrong with a longer one. */
export const TOO_LONG = 'is longer than 4 MB, the limit for a row. Use files instead of data: URIs.';

/** Lists and objects within each other, the row itself among them. What reads them further on calls itself. */
export const DEEPEST_NESTING = 100;

/** What is wrong with a row that is nested more deeply. */
export const TOO_DEEP = `is nested more than ${DEEPEST_NESTING} levels deep.`;
