import type { Settings } from '../config/settings.js';
import type { Context } from '../context.js';
import type { ExitCode } from '../exit-codes.js';
import type { Terminal } from '../terminal/terminal.js';
import type { ExclusiveFlags, Flag } from './flag.js';
import type { SandboxName } from './flags/sandbox.js';

/** A command, as data: the parser, the help and the reference are made from it. */
export interface CommandSpec<Name extends string = string> {
  /** As it is typed, e.g. `batch merge`. */
  name: string;
  /** Its arguments in the notation of the parser, e.g. `[id...]`; absent where it takes none. */
  words?: string;
  /** What follows the name in the line of its usage, e.g. `<id...>`. */
  usage: string;
  /** In the list of commands: a few words. */
  summary: string;
  /** First line of its help. */
  about: string;
  /** Command lines, and what each does. */
  examples: readonly (readonly [string, string])[];
  flags: readonly (Flag & { name: Name })[];
  exclusive?: ExclusiveFlags;
  /** Paragraphs below the flags. */
  notes?: readonly string[];
  /** How it can end, in the words of this command. */
  exits: readonly (readonly [ExitCode, string])[];
  /** It opens the user's ledger, so that it matters who says where that is. */
  ledger?: true;
  /** It reads no settings, only its own flags. */
  flagsOnly?: true;
}

/** Flags that count for a command that does not have them, where a variable or a file sets them. */
export type AmbientName = 'sandbox' | 'proxy-url' | 'model' | SandboxName;

/** What a command runs with. */
export interface Call<Name extends string> {
  /** What stood on the command line beside flags. */
  words: readonly string[];
  settings: Settings<Name | AmbientName>;
  context: Context;
  terminal: Terminal;
  /** One document is asked for. */
  json: boolean;
  /** Every flag that there is, for what reads the settings of other commands. */
  known: readonly Flag[];
}

/** What a command does. Where it throws, the error is shown for it (run-command.ts). */
export type Run<Name extends string> = (call: Call<Name>) => Promise<ExitCode>;

/** What the command with that spec runs with. */
export type CallOf<Spec extends CommandSpec> = Call<Spec['flags'][number]['name']>;
