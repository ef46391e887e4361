import type { FlagValue } from '../../config/settings.js';
import { EDITING_FLAGS, type EditingSettings } from '../flags/editing.js';

/** What each cell says for itself, whatever the settings have. */
const OF_CELLS = new Set<string>(
  EDITING_FLAGS.filter(({ comparedAlike }) => comparedAlike !== undefined).map(({ name }) => name),
);

/** The flags that decide over the results. */
const OF_RESULTS = new Set<string>(
  EDITING_FLAGS.filter(({ perRow, fileOnly }) => perRow === true && fileOnly !== true).map(
    ({ name }) => name,
  ),
);

/** The settings that hold for all cells alike. */
export function settingsOfCells(settings: EditingSettings): EditingSettings {
  const kept = Object.entries(settings.values).filter(([name]) => !OF_CELLS.has(name));
  return { ...settings, values: Object.fromEntries(kept) };
}

/** Those of them that decide over the results, by name. */
export function commonOf({ values }: EditingSettings): [string, FlagValue][] {
  return Object.entries(values)
    .filter(([name]) => OF_RESULTS.has(name))
    .sort(([one], [other]) => (one < other ? -1 : 1));
}
