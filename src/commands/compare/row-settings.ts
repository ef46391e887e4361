import type { FlagValue } from '../../config/settings.js';
import { EDITING_FLAGS, type EditingSettings } from '../flags/editing.js';

/** Settings that each cell has for itself. */
const OF_CELLS = new Set<string>(
  EDITING_FLAGS.filter(({ comparedAlike }) => comparedAlike !== undefined).map(({ name }) => name),
);

/** Flags that affect the results. */
const OF_RESULTS = new Set<string>(
  EDITING_FLAGS.filter(({ perRow, fileOnly }) => perRow === true && fileOnly !== true).map(
    ({ name }) => name,
  ),
);

/** Settings shared by all cells. */
export function settingsOfCells(settings: EditingSettings): EditingSettings {
  const kept = Object.entries(settings.values).filter(([name]) => !OF_CELLS.has(name));
  return { ...settings, values: Object.fromEntries(kept) };
}

/** Shared settings that affect the results, by name. */
export function commonOf({ values }: EditingSettings): [string, FlagValue][] {
  return (
    Object.entries(values)
      .filter(([name]) => OF_RESULTS.has(name))
      // They become names of results: a number of a config file counts like its text.
      .map(([name, value]): [string, FlagValue] => [name, typeof value === 'number' ? String(value) : value])
      .sort(([one], [other]) => (one < other ? -1 : 1))
  );
}
