import type { RowSource } from '../../batch/manifest/open.js';
import type { SweepCell } from './plan.js';

/**
 * Cells as rows of a batch. Each row's file is its picture, so that a folder or pattern that contains the batch
 * folder does not match the sweep's own files.
 *
 * @param name of the whole, for messages
 * @param folder absolute, at which relative paths of the cells start
 * @param fromFile flags whose values stand in a file
 */
export function sweepRows(
  name: string,
  folder: string,
  cells: readonly SweepCell[],
  fromFile: readonly string[],
): RowSource {
  return {
    ...{ name, folder, isManifest: false, namesAreOurs: true },
    ...{ fromFile, flagsAreDefaults: false },
    rows: async function* () {
      for (const { id, picture, fields } of cells) {
        yield await Promise.resolve({
          kind: 'row' as const,
          place: { file: picture, line: undefined },
          fields: { id, ...fields },
        });
      }
    },
  };
}
