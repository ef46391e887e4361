import { fromCommandLine, merge } from '../config/layers.js';
import { resolveSettings, switchState, type FlagValue, type Settings } from '../config/settings.js';
import type { Context } from '../context.js';
import type { ExitCode } from '../exit-codes.js';
import { openTerminal, type Terminal } from '../terminal/terminal.js';
import type { CommandSpec } from './command.js';
import { isOnSandbox } from './connect.js';
import { fail } from './fail.js';
import type { ExclusiveFlags, Flag } from './flag.js';
import type { Command } from './all.js';

type Given = Readonly<Record<string, FlagValue>>;

/**
 * Runs a command: reads its settings, opens its terminal, and prints its errors.
 *
 * @param given flags of the command line, by long name
 * @param known flags of all commands
 * @throws FalEditError (usage) for invalid settings, before there is a terminal to print it
 */
export async function runCommand(
  { spec, load }: Command,
  words: readonly string[],
  given: Given,
  known: readonly Flag[],
  context: Context,
): Promise<ExitCode> {
  const settings =
    spec.flagsOnly === true
      ? onlyFlags(spec, given, context)
      : await readSettings(spec, given, known, context);
  const terminal = await terminalOf(settings, context);
  const json = settings.values['json'] === true;
  try {
    const run = await load();
    return await run({ words, settings, context, terminal, json, known });
  } catch (error) {
    return fail(error, terminal, undefined, json);
  }
}

/**
 * The settings of a command, from its flags, the environment and files.
 *
 * @throws FalEditError (usage): an invalid setting, or an untrusted one that would have an effect
 */
async function readSettings(
  spec: CommandSpec,
  given: Given,
  known: readonly Flag[],
  context: Context,
): Promise<Settings<string>> {
  const names = new Set(spec.flags.map(({ name }) => name));
  const typedOnly = spec.flags.filter((flag) => flag.typedOnly === true).map(({ name }) => name);
  const settings = await resolveSettings(
    context,
    {
      flags: [...known.filter(({ name }) => !names.has(name)), ...spec.flags],
      own: new Set([...names].filter((name) => !typedOnly.includes(name))),
      exclusive: exclusiveOf(spec),
    },
    given,
  );
  if (spec.ledger === true && settings.stateDirProblem !== undefined) throw settings.stateDirProblem;
  const values = Object.entries(settings.values).filter(
    ([name]) => !typedOnly.includes(name) || given[name] !== undefined,
  );
  return { ...settings, values: Object.fromEntries(values) };
}

/** Settings from only the command line. @throws FalEditError (usage) */
function onlyFlags(spec: CommandSpec, given: Given, { env }: Context): Settings<string> {
  const { values, origins } = merge([fromCommandLine(given)], exclusiveOf(spec));
  const json = given['json'] === true || switchState(env['FAL_EDIT_JSON']) === true;
  return { values: { ...values, json }, origins, key: undefined, stateDir: undefined };
}

function exclusiveOf({ exclusive = [] }: CommandSpec): ExclusiveFlags {
  return [...exclusive, ['quiet', 'verbose']];
}

/** Opens the terminal for the settings, which redacts their secrets from here on. Prints their warnings. */
async function terminalOf(settings: Settings<string>, context: Context): Promise<Terminal> {
  const { values, key, warnings = [] } = settings;
  const { secrets } = context;
  secrets.addKey(key);
  if (typeof values['proxy-url'] === 'string') secrets.addUrl(values['proxy-url']);
  const terminal = await openTerminal(context, {
    quiet: values['quiet'] === true,
    verbose: values['verbose'] === true,
    debug: values['debug'] === true,
    noColor: values['no-color'] === true,
    sandbox: isOnSandbox(settings),
    redact: secrets.redact,
  });
  for (const warning of warnings) terminal.warn(warning);
  return terminal;
}
