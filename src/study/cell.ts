import type { Fields } from '../batch/manifest/entry.js';
import type { RowSource } from '../batch/manifest/open.js';

/** One edit of a comparison or a sweep. */
export interface Cell {
  /** Unique name in the comparison or sweep: `photo.jpg, flux-general, seed 2`. */
  id: string;
  /** Fields as in a row of a manifest. */
  fields: Fields;
  /** Position in the grid: a value for each axis name. */
  at: Record<string, string>;
}

/**
 * Turns cells into rows of a batch, which provides resuming, caps, shards and the ledger.
 *
 * @param name of the comparison or sweep, for messages
 * @param folder absolute; relative paths in the cells start from it
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
