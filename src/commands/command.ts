import type { Settings } from '../config/settings.js';
import type { Context } from '../context.js';
import type { ExitCode } from '../exit-codes.js';
import type { Terminal } from '../terminal/terminal.js';
import type { ExclusiveFlags, Flag } from './flag.js';
import type { SandboxName } from './flags/sandbox.js';

/** A command, as data: the parser, the help and the reference are made from it. */
export interface CommandSpec<Name extends string = string> {
  /** Name as typed, e.g. `batch merge`. */
  name: string;
  /** Arguments in the notation of the parser, e.g. `[id...]`; absent if it takes none. */
  words?: string;
  /** Text after the name in the usage line, e.g. `<id...>`. */
  usage: string;
  /** A few words for the list of commands. */
  summary: string;
  /** First line of its help. */
  about: string;
  /** Command lines, and what each does. */
  examples: readonly (readonly [string, string])[];
  flags: readonly (Flag & { name: Name })[];
  exclusive?: ExclusiveFlags;
  /** Paragraphs below the flags. */
  notes?: readonly string[];
  /** Exit codes and their meaning for this command. */
  exits: readonly (readonly [ExitCode, string])[];
  /** It opens the user's ledger, so the origin of the ledger's path matters. */
  ledger?: true;
  /** It reads no settings, only its own flags. */
  flagsOnly?: true;
}

/** Flags that affect a command without having them, when set by a variable or file. */
export type AmbientName = 'sandbox' | 'proxy-url' | 'model' | SandboxName;

/** Input of a command. */
export interface Call<Name extends string> {
  /** Arguments of the command line that are not flags. */
  words: readonly string[];
  settings: Settings<Name | AmbientName>;
  context: Context;
  terminal: Terminal;
  /** `--json` was given. */
  json: boolean;
  /** Flags of all commands, for code that reads the settings of other commands. */
  known: readonly Flag[];
}

/** Runs a command. Errors that it throws are printed by run-command.ts. */
export type Run<Name extends string> = (call: Call<Name>) => Promise<ExitCode>;

/** Input of the command with that spec. */
export type CallOf<Spec extends CommandSpec> = Call<Spec['flags'][number]['name']>;
