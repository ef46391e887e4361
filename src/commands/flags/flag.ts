import type { FromProject, Place } from '../../config/flag-definition.js';

export { variableOf } from '../../config/flag-definition.js';

/** One flag, as data: the parser, the help, the settings and the README's table are all made from it. */
export interface Flag {
  /** Long name without dashes, e.g. `num-images`. */
  name: string;
  short?: string;
  /** Placeholder of its value, e.g. `<0..20>`; absent for a switch. */
  value?: string;
  /** One line, for the help. */
  help: string;
  group: string;
  /** A number that may have a fraction: a cell of a spreadsheet may write it with a comma. */
  decimal?: boolean;
  /** Given several times, every value counts. */
  repeatable?: boolean;
  /** What a file of the project may do with it before the user trusts that file. */
  fromProject: FromProject;
  /** Where it may be set beside the command line; everywhere if absent. */
  settableIn?: readonly Place[];
  /** Not in the help: another spelling of a flag that is. */
  hidden?: boolean;
}

/** Flags of which one replaces the other: the one from the stronger setting wins, both at once are refused. */
export type ExclusiveFlags = readonly (readonly [string, string])[];

/** The property that commander keeps a flag under: `num-images` → `numImages`. */
export function propertyOf(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
