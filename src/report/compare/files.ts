/** Files in the out-dir of a comparison, in addition to those of every batch. */
export const COMPARE_FILES = { document: 'compare.json', page: 'compare.html' } as const;

/** Version of compare.json. */
export const COMPARE_SCHEMA_VERSION = 1;
