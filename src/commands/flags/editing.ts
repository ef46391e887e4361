import type { Settings } from '../../config/settings.js';
import type { NamedSetting } from '../../models/request.js';
import { byGroup, type EditingCommand, type EditingFlag, type Flag } from '../flag.js';
import { FLAGS_OF_AN_EDIT } from './edit.js';
import { FLAGS_OF_MANY_EDITS } from './many.js';

const FLAGS = [...FLAGS_OF_MANY_EDITS, ...FLAGS_OF_AN_EDIT] as const;

type Known = (typeof FLAGS)[number];

/** The name of a flag of any command that edits. */
export type EditingName = Known['name'];

/** The names of the flags of one of these commands. */
export type NameOf<Command extends EditingCommand> = Extract<Known, { in: Record<Command, unknown> }>['name'];

/** All flags of the commands that edit, with their traits. */
export const EDITING_FLAGS: readonly (EditingFlag & { name: EditingName })[] = FLAGS;

/** The flags of a command that edits, in its words. */
export function flagsOf<Command extends EditingCommand>(
  command: Command,
): readonly (Flag & { name: NameOf<Command> })[] {
  return EDITING_FLAGS.flatMap(({ in: commands, ...flag }) => {
    const words = commands[command];
    return words === undefined ? [] : [{ ...flag, ...words }];
  }).toSorted(byGroup) as (Flag & { name: NameOf<Command> })[];
}

/** The flags behind each setting of an edit, the one that messages name first. */
export const FLAGS_BEHIND = behind();

function behind(): ReadonlyMap<NamedSetting, readonly EditingName[]> {
  const flags = new Map<NamedSetting, EditingName[]>();
  for (const { name, fills } of EDITING_FLAGS) {
    if (fills !== undefined) flags.set(fills, [...(flags.get(fills) ?? []), name]);
  }
  return flags;
}

type Pairs = readonly (readonly [EditingName, EditingName])[];

/** Two spellings or two sources of one thing. */
export const EDIT_EXCLUSIVE: Pairs = [
  ['prompt', 'prompt-file'],
  ['strength', 'image-strength'],
  ['sandbox', 'proxy-url'],
  ['upload-as-is', 'background'],
  ['upload-as-is', 'max-upload'],
  ['upload-as-is', 'upscale-input'],
];

export const BATCH_EXCLUSIVE: Pairs = [
  ...EDIT_EXCLUSIVE,
  ['retry', 'retry-failed'],
  ['submit-only', 'collect'],
  ['detach', 'collect'],
  ['frozen', 'collect'],
  ['dry-run', 'collect'],
  ['frozen', 'submit-only'],
  ...(['again', 'collect', 'dry-run', 'frozen', 'submit-only', 'detach'] as const).map(
    (other) => ['rebuild', other] as const,
  ),
  ['json', 'events'],
];

/** The settings of a command that edits. */
export type EditingSettings = Settings<EditingName>;
