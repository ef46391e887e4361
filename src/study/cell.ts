import type { Fields } from '../batch/manifest/entry.js';
import type { RowSource } from '../batch/manifest/open.js';

/** One edit of a comparison or a sweep. */
export interface Cell {
  /** Name among the others: `photo.jpg, flux-general, seed 2`. */
  id: string;
  /** As a row of a manifest would have them. */
  fields: Fields;
  /** Position in the grid: a value by the name of each axis. */
  at: Record<string, string>;
}

/**
 * Cells as rows of a batch, which gives them all that a batch has: resuming, caps, shards, the ledger.
 *
 * @param name of the whole, for messages
 * @param folder absolute, at which relative paths of the cells start
 */
export function cellRows(name: string, folder: string, cells: readonly Cell[]): RowSource {
  return {
    ...{ name, folder, isManifest: false, namesAreOurs: true },
    ...{ fromFile: [], flagsAreDefaults: false },
    rows: async function* () {
      for (const { id, fields } of cells) {
        yield await Promise.resolve({
          kind: 'row' as const,
          place: { file: id, line: undefined },
          fields: { id, ...fields },
        });
      }
    },
  };
}
