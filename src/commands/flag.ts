import type { FromProject, SettingSource } from '../config/flag-definition.js';
import type { NamedSetting } from '../models/request.js';

export { variableOf } from '../config/flag-definition.js';

/** The groups of a help page, in their order on it. */
export const GROUPS = [
  'What to edit',
  'What to compare',
  'What to vary',
  'Which ones',
  'What to look up',
  'What to show',
  'What to translate',
  'What to do',
  'Sandbox',
  'Model settings',
  'Upload',
  'Output',
  'Display',
  'Speed',
  'Cost',
  'Sending now, fetching later',
  'General',
] as const;

/**
 * One flag and its traits, as data. The parser, the help, the settings, the docs, rows of manifests, comparisons,
 * sweeps and migrations are all made from it.
 */
export interface Flag {
  /** Long name without dashes, e.g. `num-images`. */
  name: string;
  short?: string;
  /** Form of its value, e.g. `<n>`; absent for a switch. */
  value?: string;
  /** One line, for the help. Ends with the default, if there is one. */
  help: string;
  group: (typeof GROUPS)[number];
  /** A number that may have a fraction, which a spreadsheet may write with a comma. */
  decimal?: boolean;
  /** A number of the request, whole or not; from a JSON file it stays a number. */
  isNumber?: boolean;
  /** May be given several times; every value counts. */
  repeatable?: boolean;
  /** Effect of an untrusted project file on the flag. */
  fromProject: FromProject;
  /** Where it may be set besides the command line; everywhere if absent. */
  settableIn?: readonly SettingSource[];
  /** Only the command line counts; the same name elsewhere is a default for future edits. */
  typedOnly?: true;
  /** Not in the help: another spelling of a documented flag. */
  hidden?: boolean;
}

/** A command that edits, or works with the folder of one that did. They share most of their flags. */
export type EditingCommand = 'edit' | 'batch' | 'batch merge' | 'compare' | 'sweep';

/** A flag of commands that edit. */
export interface EditingFlag extends Flag {
  /** The commands that have it, each with its own help text if it differs. */
  in: Partial<
    Record<EditingCommand, Partial<Pick<Flag, 'group' | 'help' | 'value' | 'hidden' | 'repeatable'>>>
  >;
  /** The setting of an edit that it fills. Messages name the first of several flags. */
  fills?: NamedSetting;
  /** A row of a manifest may set it for itself. */
  perRow?: true;
  /** It changes only the saved file, not the request, a comparison or a migration. */
  fileOnly?: true;
  /** Why no model of a comparison can have it for itself. */
  comparedAlike?: string;
  /** Why a sweep cannot vary it, or how else it can. */
  notVaried?: string;
}

/** Flags that replace each other: the one from the stronger setting wins; giving both at once is refused. */
export type ExclusiveFlags = readonly (readonly [string, string])[];

/** The names of some flags, as a union. */
export type NameOfFlag<Flags extends readonly Flag[]> = Flags[number]['name'];

/** Keeps the names of flags as literal types. */
export function defineFlags<const F extends Flag>(flags: readonly F[]): readonly F[] {
  return flags;
}

/** In the order of their groups. */
export function byGroup(one: Flag, other: Flag): number {
  return GROUPS.indexOf(one.group) - GROUPS.indexOf(other.group);
}

/** The property that commander keeps a flag under: `num-images` → `numImages`. */
export function propertyOf(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
