import type { ConfigFile } from './config-file.js';
import type { ProjectFiles } from './project-files.js';

/** A name of the user's own for a model, from `models` in a config file. Not checked yet. */
export interface ModelName {
  name: string;
  /** Meant to be the id of an endpoint. */
  endpoint: unknown;
  /** Where it stands, for messages. */
  origin: string;
  /** Whose it is: the user's own, or of a project's file that the user trusts or not, or of a third person's. */
  standing: 'user' | 'trusted' | 'untrusted' | 'third';
  /** Absolute path of its file. */
  file: string;
}

/** Whether a config file gives names to models. `models` may also be the value of the flag, a text. */
export function namesModels({ values }: Pick<ConfigFile, 'values'>): boolean {
  const { models } = values;
  return typeof models === 'object' && models !== null && !Array.isArray(models);
}

/** The names in config files, those of the user's own file first. */
export function modelNamesIn(files: readonly ConfigFile[], project: ProjectFiles): ModelName[] {
  return [...files].reverse().flatMap(({ file, values, of, content }) =>
    namesModels({ values })
      ? Object.entries(values['models'] as object).map(([name, endpoint]: [string, unknown]) => ({
          name,
          endpoint,
          origin: `"models" in ${file}`,
          standing: of === 'user' ? of : project.standingOf(content),
          file,
        }))
      : [],
  );
}
