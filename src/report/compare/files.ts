/** What a comparison leaves in its out-dir beside the files of a batch. */
export const COMPARE_FILES = { document: 'compare.json', page: 'compare.html' } as const;

/** Version of compare.json. */
export const COMPARE_SCHEMA_VERSION = 1;
