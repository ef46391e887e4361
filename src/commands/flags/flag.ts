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
  /** Not in the help: another spelling of a flag that is. */
  hidden?: boolean;
}

/** Flags of which one replaces the other: the one from the stronger setting wins, both at once are refused. */
export type ExclusiveFlags = readonly (readonly [string, string])[];

/** The property that commander keeps a flag under: `num-images` → `numImages`. */
export function propertyOf(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The environment variable that gives a flag's default: `num-images` → `FAL_EDIT_NUM_IMAGES`. */
export function variableOf(name: string): string {
  return `FAL_EDIT_${name.replaceAll('-', '_').toUpperCase()}`;
}
