import { homedir, userInfo } from 'node:os';
import path from 'node:path';
import { inputError } from './errors/error.js';

/** The user's folders for this program, absolute; undefined if the system does not say where they belong. */
export interface Folders {
  config: string | undefined;
  cache: string | undefined;
  /** For data that must survive: the ledger. */
  state: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const NAME = 'fal-edit';

/**
 * The conventional folders of each system: XDG on Linux and other Unixes, Library on macOS, AppData on Windows. They
 * need not exist.
 *
 * @param home the user's home folder, if any
 */
export function foldersOf(env: Environment, home: string | undefined, platform: NodeJS.Platform): Folders {
  /** A folder below the one that a variable names, or below a part of the home folder. */
  const under = (variable: string | undefined, ...part: string[]): string | undefined => {
    const named = variable === undefined ? undefined : absolute(env[variable]);
    return named ?? (home === undefined ? undefined : path.join(home, ...part));
  };
  const of = (folder: string | undefined, ...part: string[]): string | undefined =>
    folder === undefined ? undefined : path.join(folder, NAME, ...part);
  if (platform === 'darwin') {
    return {
      config: of(under(undefined, 'Library', 'Preferences')),
      cache: of(under(undefined, 'Library', 'Caches')),
      state: of(under(undefined, 'Library', 'Application Support')),
    };
  }
  if (platform === 'win32') {
    const local = under('LOCALAPPDATA', 'AppData', 'Local');
    return {
      config: of(under('APPDATA', 'AppData', 'Roaming'), 'Config'),
      cache: of(local, 'Cache'),
      state: of(local, 'Data'),
    };
  }
  return {
    config: of(under('XDG_CONFIG_HOME', '.config')),
    cache: of(under('XDG_CACHE_HOME', '.cache')),
    state: of(
      platform === 'linux'
        ? under('XDG_STATE_HOME', '.local', 'state')
        : under('XDG_DATA_HOME', '.local', 'share'),
    ),
  };
}

/**
 * The folder of the user's ledger.
 *
 * @param named absolute; undefined if the user names none
 * @throws FalEditError (input): no folder is known
 */
export function stateFolderOf({ state }: Folders, named: string | undefined): string {
  const folder = named ?? state;
  if (folder !== undefined) return folder;
  throw inputError('No folder for the ledger: HOME is not set, and the system does not know this user.', {
    hint: 'Set HOME, or set FAL_EDIT_STATE_DIR to a folder.',
  });
}

/** The user's home folder; undefined if neither HOME nor the system's list of users has one. */
export function systemHomeFolder(): string | undefined {
  for (const ask of [homedir, () => userInfo().homedir]) {
    try {
      const home = absolute(ask());
      if (home !== undefined) return home;
    } catch {
      // There is no user with this id.
    }
  }
  return undefined;
}

/** Ignores a relative path, as the XDG specification says: it would depend on the working directory. */
function absolute(folder: string | undefined): string | undefined {
  return folder !== undefined && path.isAbsolute(folder) ? folder : undefined;
}
