import type { Settings } from '../config/settings.js';
import type { Context } from '../context.js';
import { usageError } from '../errors.js';
import { isOnSandbox } from './connect.js';
import { openTerminal, type Terminal } from '../terminal/terminal.js';

/**
 * The terminal as the settings want it, with their secrets kept out of everything from here on. Says what is odd
 * about them.
 */
export async function terminalOf(settings: Settings, context: Context): Promise<Terminal> {
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

/** @throws FalEditError (usage) */
export function refuseQuietAndVerbose({ values, origins }: Settings): void {
  if (values['quiet'] !== true || values['verbose'] !== true) return;
  const name = (flag: string): string => origins[flag] ?? `--${flag}`;
  throw usageError(`${name('quiet')} and ${name('verbose')} exclude each other. Give one.`);
}
