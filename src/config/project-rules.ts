import { realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { valueText, type FlagDefinition, type FlagValue } from './flag-definition.js';

/*
 * Permissions of files in the working directory and above (`.env`, fal-edit.config.json) before the user trusts
 * them.
 * A stranger may have written them: they came with a checkout, an archive or a pull request. Such a file must
 * not make the user spend more, send the key or private files anywhere, write outside of its own folder, or run
 * a program.
 */

/** The settings of an untrusted project file, split by what they may do. */
export interface Restricted {
  /** Allowed values, and values that would be refused if they had an effect. */
  values: Record<string, FlagValue>;
  /** Caps, which hold only where they are lower than the user's. */
  caps: Record<string, FlagValue>;
  /** Why a value is refused, as the end of a sentence (": …", or nothing where the flag says it all), by flag. */
  denied: Record<string, string>;
}

/**
 * @param own names of the flags that the command reads: of others, refused values are left out
 * @param folder of the file, absolute
 * @param isThirds the file is a third person's, and may do nothing
 */
export function restrict(
  values: Readonly<Record<string, FlagValue>>,
  flags: ReadonlyMap<string, FlagDefinition>,
  {
    own,
    cwd,
    folder,
    isThirds,
  }: { own: ReadonlySet<string>; cwd: string; folder: string; isThirds: boolean },
): Restricted {
  const restricted: Restricted = { values: {}, caps: {}, denied: {} };
  for (const [name, value] of Object.entries(values)) {
    const flag = flags.get(name);
    if (flag === undefined) continue;
    const denied = isThirds ? THIRD_PERSONS : objection(flag, value, { cwd, folder });
    if (denied !== undefined) {
      if (!own.has(name)) continue;
      restricted.denied[name] = denied;
    } else if (flag.fromProject === 'stricter') {
      if (flag.value !== undefined) restricted.caps[name] = value;
      // A guard that a stranger switches off stays as the user has it.
      if (value === false || flag.value !== undefined) continue;
    }
    restricted.values[name] = value;
  }
  return restricted;
}

export const THIRD_PERSONS = ': the file belongs to another user';

/** Why a value of an untrusted file is refused, as the end of a sentence; undefined where it is allowed. */
export function objection(
  flag: FlagDefinition,
  value: FlagValue,
  { cwd, folder }: { cwd: string; folder: string },
): string | undefined {
  // A switch that is off takes nothing but the effect of a weaker setting away.
  if (flag.fromProject === 'trusted') return value === false ? undefined : '';
  if (flag.fromProject !== 'inside-folder') return undefined;
  const outside = [value]
    .flat()
    .flatMap((item) => pathsIn(valueText(item)))
    .find((file) => !isInside(path.resolve(cwd, file), folder));
  return outside === undefined ? undefined : ': it points outside that folder';
}

/** All possible local paths in a value: itself, what follows its first `=`, and the texts of JSON in either. */
function pathsIn(text: string): string[] {
  // What follows the first = of a URL is a part of it.
  if (isUrl(text)) return [];
  const equals = text.indexOf('=');
  const parts = equals < 0 ? [text] : [text, text.slice(equals + 1)];
  return parts.flatMap((part) => textsIn(jsonOf(part))).flatMap(localPath);
}

function isUrl(text: string): boolean {
  return /^(https?|data):/i.test(text);
}

function jsonOf(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The path that a text names; nothing for a URL and for stdin and stdout. */
function localPath(text: string): string[] {
  if (text === '-' || isUrl(text)) return [];
  if (!/^file:/i.test(text)) return [text];
  try {
    return [fileURLToPath(text)];
  } catch {
    return [path.parse(path.resolve('/')).root];
  }
}

/** Whether a path stays in a folder, whatever links lead on the way. */
export function isInside(file: string, folder: string): boolean {
  const relative = path.relative(realOf(folder), realOf(file));
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** The real path of a file that need not exist: of the part that does, with the rest as it is. */
function realOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    const parent = path.dirname(file);
    return parent === file ? file : path.join(realOf(parent), path.basename(file));
  }
}

/** A cap's text as a number, and what it counts; undefined where it is neither a sum, a count nor a share. */
function amountOf(text: string): { amount: number; unit: string } | undefined {
  const [, number = '', unit = ''] = /^\s*\$?(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(text) ?? [];
  return number === '' ? undefined : { amount: Number(number), unit };
}

/**
 * Which of two caps holds: the project's only where it is the lower one. `unreadable`: the project's cannot be
 * compared, since it is no number.
 */
export function strongerCap(project: FlagValue, users: FlagValue): 'project' | 'user' | 'unreadable' {
  const [theirs, ours] = [amountOf(valueText(project)), amountOf(valueText(users))];
  if (theirs === undefined) return 'unreadable';
  // Problems of the user's own value are reported where it is read.
  if (ours === undefined || theirs.unit !== ours.unit) return 'user';
  return theirs.amount < ours.amount ? 'project' : 'user';
}

/**
 * Whether a file is a third person's: neither the user's, nor the system's, nor of whoever owns the working
 * directory. In a shared folder such as /tmp anybody can leave a file for those who work below it.
 *
 * @param user undefined where the system has no user ids
 */
export function isThirdPersons(owner: number, cwdOwner: number, user: number | undefined): boolean {
  return user !== undefined && ![user, 0, cwdOwner].includes(owner);
}
