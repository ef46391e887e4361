import { statSync } from 'node:fs';
import path from 'node:path';
import type { Context } from '../context.js';
import { type FalEditError, fieldError, problemsError } from '../errors/error.js';
import { shellWords } from '../shell-words.js';
import { PROJECT_CONFIG } from './config-file.js';
import type { VariableLayer } from './environment.js';
import { TRUST_PROJECT } from './flag-definition.js';
import type { Layer, Merged, Wanted } from './layers.js';
import { isThirdPersons, restrict, strongerCap, THIRD_PERSONS, type Restricted } from './project-rules.js';
import type { SettingsFile } from './settings-file.js';
import type { TrustState } from './trust-store.js';
import { STATE_DIR } from './variable-names.js';

type Judged = Pick<Context, 'cwd' | 'env' | 'folders' | 'user'>;

/** A file of the project, with its trust. */
interface Known {
  file: SettingsFile;
  trust: TrustState;
  isThirds: boolean;
}

/** The files of the project that settings are from, each as far as the user trusts it. */
export class ProjectFiles {
  private constructor(
    private readonly known: readonly Known[],
    private readonly restricted: ReadonlyMap<Layer, Restricted>,
  ) {}

  /**
   * Finds the owners of the files, and whether the user trusts them where something depends on it.
   *
   * @param namesModels whether the project's config file gives names to models
   */
  static async judge(
    context: Judged,
    { flags, own }: Wanted,
    layers: readonly Layer[],
    variables: readonly VariableLayer[],
    namesModels = false,
  ): Promise<ProjectFiles> {
    const ofProject = layers.flatMap((layer) =>
      layer.file === undefined ? [] : [{ layer, file: layer.file }],
    );
    if (ofProject.length === 0) return new ProjectFiles([], new Map());
    const { cwd, user } = context;
    const byName = new Map(flags.map((flag) => [flag.name, flag]));
    const isThirds = (file: SettingsFile): boolean => isThirdPersons(file.owner, ownerOf(cwd), user);
    const namesStateDir = variables.some(
      ({ file, variables: set }) => file !== undefined && (set[STATE_DIR] ?? '') !== '',
    );
    const matters =
      namesStateDir ||
      namesModels ||
      ofProject.some(
        ({ layer, file }) =>
          isThirds(file) || Object.keys(layer.values).some((name) => byName.get(name)?.fromProject !== 'yes'),
      );
    const trustOf = matters ? await trustReader(context, layers) : (): TrustState => 'untrusted';
    const known = ofProject.map(({ file }) => ({ file, trust: trustOf(file), isThirds: isThirds(file) }));
    const restricted = new Map<Layer, Restricted>();
    for (const [index, { layer, file }] of ofProject.entries()) {
      if (known[index]?.trust === 'trusted') continue;
      const surroundings = {
        own,
        cwd,
        folder: path.dirname(file.path),
        isThirds: known[index]?.isThirds === true,
      };
      restricted.set(layer, restrict(layer.values, byName, surroundings));
    }
    return new ProjectFiles(known, restricted);
  }

  /**
   * A layer without the values that its file may not set; refused values stay until it is known whether they
   * have an effect.
   */
  allowed(layer: Layer): Layer {
    return { ...layer, values: this.restricted.get(layer)?.values ?? layer.values };
  }

  /**
   * The settings with the caps of untrusted files, where they are lower than the user's.
   *
   * @param typed the command line, which no file changes
   * @throws FalEditError (usage): a cap is not a number
   */
  withCaps(merged: Merged, typed: Layer): Pick<Merged, 'values' | 'origins'> {
    const [values, origins] = [{ ...merged.values }, { ...merged.origins }];
    const known = new Set(Object.keys(typed.values));
    for (const [layer, { caps }] of this.restricted) {
      for (const [name, cap] of Object.entries(caps)) {
        if (known.has(name)) continue;
        known.add(name);
        const where = layer.origins[name] ?? name;
        const users = values[name];
        const stronger = users === undefined ? 'project' : strongerCap(cap, users);
        if (stronger === 'unreadable') {
          throw fieldError(where, `must be a number, e.g. 0.50 or 5, not ${JSON.stringify(cap)}.`);
        }
        if (stronger === 'user') continue;
        values[name] = cap;
        origins[name] = where;
      }
    }
    return { values, origins };
  }

  /**
   * @param keyFile path of the file that the key is from
   * @throws FalEditError (usage): an untrusted setting would have an effect
   */
  refuseUntrusted(merged: Merged, keyFile: string | undefined): void {
    for (const [layer, { denied }] of this.restricted) {
      const { file } = layer;
      if (file === undefined) continue;
      const wrongs = Object.entries(denied)
        .filter(([name]) => merged.files[name] === file)
        // Its own key may go to its own proxy: nothing of the user's does.
        .filter(([name]) => name !== 'proxy-url' || keyFile !== file.path)
        .map(([name, reason]) => ({ where: layer.origins[name] ?? name, reason }));
      if (wrongs.length > 0) throw this.refusal(file, wrongs);
    }
  }

  /** Why the ledger may not be where a file says; undefined where the user trusts it. */
  stateDirProblem(file: SettingsFile): FalEditError | undefined {
    if (this.trustOf(file.path)?.trust === 'trusted') return undefined;
    return this.refusal(file, [{ where: `${STATE_DIR} (in .env)`, reason: '' }]);
  }

  /** Why a file's key is not used: its owner would see the user's pictures. */
  keyProblem(keyFile: string | undefined): FalEditError | undefined {
    const known = this.trustOf(keyFile);
    if (known === undefined || !known.isThirds || known.trust === 'trusted') return undefined;
    return this.refusal(known.file, [{ where: 'The key', reason: THIRD_PERSONS }]);
  }

  /** How far the user's trust in a file goes. */
  standingOf({ path: file }: SettingsFile): 'trusted' | 'untrusted' | 'third' {
    const known = this.trustOf(file);
    if (known?.trust === 'trusted') return 'trusted';
    return known?.isThirds === true ? 'third' : 'untrusted';
  }

  private trustOf(file: string | undefined): Known | undefined {
    return this.known.find((one) => one.file.path === file);
  }

  private refusal(
    { path: file }: SettingsFile,
    wrongs: readonly { where: string; reason: string }[],
  ): FalEditError {
    const folder = path.dirname(file);
    const trust = shellWords(['fal-edit', 'trust', folder]);
    const known = this.trustOf(file);
    const changed = known?.trust === 'changed' ? `${file} has changed since you trusted it. ` : '';
    const owned =
      known?.isThirds === true
        ? ` To continue without it, put your own file into the working directory: echo '{}' > ${PROJECT_CONFIG}`
        : '';
    return problemsError(
      'usage',
      wrongs.map(({ where, reason }) => ({
        field: where,
        message: `is refused until you trust ${folder}${reason}.`,
      })),
      { hint: `${changed}If you trust what it does: ${trust}. For this run only: --trust-project.${owned}` },
    );
  }
}

/** The user's trust in files: all of them in this run, or those in the store. */
async function trustReader(
  context: Judged,
  layers: readonly Layer[],
): Promise<(file: SettingsFile) => TrustState> {
  // The flag and its variable are the user's own: no file of the project may set it (settableIn).
  if (layers.some(({ values, file }) => file === undefined && values[TRUST_PROJECT] === true))
    return () => 'trusted';
  const { readTrusted, trustStateOf } = await import('./trust-store.js');
  const trusted = await readTrusted(context);
  return (file) => trustStateOf(trusted, file);
}

function ownerOf(folder: string): number {
  try {
    return statSync(folder).uid;
  } catch {
    // Nobody's.
    return -1;
  }
}
