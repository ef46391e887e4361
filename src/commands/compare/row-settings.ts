import type { Settings } from '../../config/settings.js';
import { FIELD_NAMES, meaningOf } from '../batch/row-fields.js';

/** What each cell says for itself, whatever the settings have. */
const OF_CELLS = ['image', 'prompt', 'prompt-file', 'model', 'seed', 'num-images', 'output', 'force'];

/** The settings that hold for all cells alike. */
export function settingsOfCells(settings: Settings): Settings {
  const kept = Object.entries(settings.values).filter(([name]) => !OF_CELLS.includes(name));
  return { ...settings, values: Object.fromEntries(kept) };
}

/** Those of them that decide over the results, by name. */
export function commonOf({ values }: Settings): [string, unknown][] {
  const flags = FIELD_NAMES.flatMap((name) => {
    const meaning = meaningOf(name);
    return meaning?.kind === 'flag' ? [meaning.flag.name] : [];
  });
  return Object.entries(values)
    .filter(([name]) => flags.includes(name) && name !== 'keep-blanked')
    .sort(([one], [other]) => (one < other ? -1 : 1));
}
