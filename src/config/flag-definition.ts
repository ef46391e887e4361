import type { JsonValue } from '../plain-json.js';

/** A source of settings besides the command line. */
export type SettingSource = 'environment' | '.env' | 'project' | 'user';

/**
 * Permission of a project file to set a flag before the user trusts the file (project-rules.ts):
 *
 * - `yes`: any value
 * - `stricter`: lower a cap, or switch a guard on; never the reverse
 * - `inside-folder`: a path inside the file's own folder, or a URL
 * - `trusted`: none
 */
export type FromProject = 'yes' | 'stricter' | 'inside-folder' | 'trusted';

/** Definition of a flag, as far as settings need it. */
export interface FlagDefinition {
  /** Long name without dashes. */
  name: string;
  /** Absent for a switch. */
  value?: string;
  repeatable?: boolean;
  /** Its value is a number: one of a JSON file keeps its type. */
  isNumber?: boolean;
  fromProject: FromProject;
  /** Where it may be set beside the command line; everywhere if absent. */
  settableIn?: readonly SettingSource[];
}

/** A text or a switch of the command line, or a value of a JSON file as it stands there. */
export type FlagValue = JsonValue;

/** A value as a text: one that is no text, as JSON. */
export function valueText(value: FlagValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The flag with which the user trusts the files of the project for one run. */
export const TRUST_PROJECT = 'trust-project';

/** The environment variable that gives a flag's default: `num-images` → `FAL_EDIT_NUM_IMAGES`. */
export function variableOf(name: string): string {
  return `FAL_EDIT_${name.replaceAll('-', '_').toUpperCase()}`;
}
