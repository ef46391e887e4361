import path from 'node:path';
import type { Context } from '../context.js';
import { FalEditError } from '../errors/error.js';
import { readConfigFiles } from './config-file.js';
import { findKey, type FoundKey } from './credentials.js';
import { readVariables, type VariableLayer } from './environment.js';
import { TRUST_PROJECT, type FlagValue } from './flag-definition.js';
import { fromCommandLine, fromConfigFile, fromVariables, merge, type Layer, type Wanted } from './layers.js';
import { modelNamesIn, namesModels, type ModelName } from './model-names.js';
import { ProjectFiles } from './project-files.js';
import { STATE_DIR, unknownVariables } from './variable-names.js';

export type { FlagValue } from './flag-definition.js';
export { switchState, type Wanted } from './layers.js';

/** Flag values by long name, with the source of each: `--steps`, `FAL_EDIT_STEPS`, a file. */
export interface Settings<Name extends string> {
  values: Readonly<Partial<Record<Name, FlagValue>>>;
  /** Name of each value's source in messages. */
  origins: Readonly<Partial<Record<Name, string>>>;
  /** Flags whose values are from a file of the working directory or above, which a stranger may have written. */
  fromProject?: readonly string[];
  key: string | undefined;
  /** Absolute folder of the ledger, where the user named one (FAL_EDIT_STATE_DIR). */
  stateDir: string | undefined;
  /** Problem of the key that was found: irrelevant for a run that needs none. */
  keyProblem?: FalEditError;
  /** Problem of the ledger's folder, named by an untrusted file: irrelevant for a run that opens no ledger. */
  stateDirProblem?: FalEditError;
  /** Names of models from config files, those of the user's own file first. */
  modelNames?: readonly ModelName[];
  /** Warnings about the settings as a whole. */
  warnings?: readonly string[];
}

/**
 * Puts the settings together: flags, then environment, then `.env`, then the project's config file, then the
 * user's. The settings that a file of the project may change depend on the user's trust in it
 * (project-rules.ts).
 *
 * @param given flags of the command line, by long name
 * @throws FalEditError (usage): a file or a value is wrong, or an untrusted one would have an effect
 */
export async function resolveSettings(
  context: Pick<Context, 'cwd' | 'env' | 'folders' | 'user'>,
  wanted: Wanted,
  given: Readonly<Record<string, FlagValue>>,
): Promise<Settings<string>> {
  const [variables, files] = await Promise.all([readVariables(context), readConfigFiles(context)]);
  const warnings = variables.flatMap((layer) => unknownVariables(layer, wanted.flags, wanted.own));
  const typed = fromCommandLine(given);
  const layers: Layer[] = [
    typed,
    ...variables.map((layer) => fromVariables(wanted, layer)),
    ...files.map((file) => fromConfigFile(wanted, file)),
  ];
  const project = await ProjectFiles.judge(
    context,
    wanted,
    layers,
    variables,
    files.some((file) => file.of === 'project' && namesModels(file)),
  );
  const merged = merge(
    layers.map((layer) => project.allowed(layer)),
    wanted.exclusive,
  );
  const { values, origins } = project.withCaps(merged, typed);
  const key = readKey(variables, files, values['proxy-url'] !== undefined);
  project.refuseUntrusted(merged, key.found?.file);
  const modelNames = modelNamesIn(files, project);
  const keyProblem = key.problem ?? project.keyProblem(key.found?.file);
  return {
    values: Object.fromEntries(
      // A switch that is off has served its purpose once it has hidden weaker settings.
      Object.entries(values).filter(([name, value]) => value !== false && name !== TRUST_PROJECT),
    ),
    origins,
    fromProject: Object.keys(merged.files),
    ...readStateDir(variables, project, context.cwd),
    ...(keyProblem === undefined ? { key: key.found?.key } : { key: undefined, keyProblem }),
    ...(modelNames.length === 0 ? {} : { modelNames }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

function readStateDir(
  layers: readonly VariableLayer[],
  project: ProjectFiles,
  cwd: string,
): Pick<Settings<string>, 'stateDir' | 'stateDirProblem'> {
  const layer = layers.find(({ variables }) => (variables[STATE_DIR] ?? '') !== '');
  if (layer === undefined) return { stateDir: undefined };
  const stateDirProblem = layer.file && project.stateDirProblem(layer.file);
  if (stateDirProblem !== undefined) return { stateDir: undefined, stateDirProblem };
  return { stateDir: path.resolve(cwd, layer.variables[STATE_DIR] ?? '') };
}

function readKey(...places: Parameters<typeof findKey>): {
  found?: FoundKey | undefined;
  problem?: FalEditError;
} {
  try {
    return { found: findKey(...places) };
  } catch (problem) {
    if (!(problem instanceof FalEditError)) throw problem;
    return { problem };
  }
}
