import type { FlagValue, Settings } from '../config/settings.js';
import type { Context } from '../context.js';
import type { GivenDocument } from '../edit/models/given-documents.js';
import type { EndpointDocument, ModelLoader } from '../edit/models/loader.js';
import type { OwnNames } from '../edit/models/own-names.js';
import type { Model } from '../models/model.js';
import { listedModel } from '../models/registry.js';
import type { Terminal } from '../terminal/terminal.js';
import { isOnSandbox, readRoute, traceTo } from './connect.js';
import { readSchemaMaxAge } from './limits.js';

/** The settings that say where schemas come from. */
export type SchemaSettings = Settings<
  'schema' | 'schema-max-age' | 'dry-run' | 'frozen' | 'sandbox' | 'proxy-url'
>;

/** The models of one run. */
export interface ModelSource {
  /** As {@link ModelLoader.load}. */
  load: (name: string | undefined, where?: string) => Promise<Model>;
  /**
   * Refuses typed documents that no model has used. Call it when all models are loaded.
   *
   * @throws FalEditError (usage)
   */
  refuseUnused: () => Promise<void>;
  /** The documents that were loaded, for the built-in sandbox. */
  documents: () => readonly EndpointDocument[];
}

/**
 * Loads the models of a run by the settings of its command. Listed models need neither network nor cache.
 *
 * @param purpose `show`: the command sends no edit
 * @throws FalEditError (usage, auth) when a model is loaded: wrong settings
 */
export function modelSource(
  settings: SchemaSettings,
  call: { context: Context; terminal: Terminal },
  purpose: 'edit' | 'show' = 'edit',
): ModelSource {
  const { values, origins, modelNames = [] } = settings;
  let loader: ModelLoader | undefined;
  let made: Promise<ModelLoader> | undefined;
  const open = (): Promise<ModelLoader> =>
    (made ??= openLoader(settings, call, purpose).then((opened) => (loader = opened)));
  return {
    load: async (name, where) => {
      const listed = listedModel(name);
      // Wrong names of the user's own are refused whatever the model.
      return listed !== undefined && modelNames.length === 0 ? listed : (await open()).load(name, where);
    },
    refuseUnused: async () => {
      if (values['schema'] !== undefined && origins['schema'] === '--schema') (await open()).refuseUnused();
    },
    documents: () => loader?.documents ?? [],
  };
}

async function openLoader(
  settings: SchemaSettings,
  { context, terminal }: { context: Context; terminal: Terminal },
  purpose: 'edit' | 'show',
): Promise<ModelLoader> {
  const { ModelLoader, SCHEMA_MAX_AGE_MS } = await import('../edit/models/loader.js');
  const { values, origins } = settings;
  const names = await namesIn(settings);
  const { connection } = readRoute(settings, context);
  return new ModelLoader({
    access: { connection, context, signal: context.signal, trace: traceTo(terminal) },
    source: values['sandbox'] === true ? 'none' : isOnSandbox(settings) ? 'sandbox' : 'fal',
    purpose: values['dry-run'] === true || values['frozen'] === true ? 'dry-run' : purpose,
    given: await documentsIn(values['schema'], context.cwd, origins['schema'] ?? '--schema'),
    maxAgeMs: readSchemaMaxAge(settings) ?? SCHEMA_MAX_AGE_MS,
    names,
    onNote: (message) => terminal.note(message),
  });
}

/** The user's own names. Few runs have any, so that what reads them is loaded only then. */
async function namesIn({ modelNames = [] }: SchemaSettings): Promise<OwnNames> {
  if (modelNames.length === 0) return new Map();
  const { ownNames } = await import('../edit/models/own-names.js');
  return ownNames(modelNames);
}

async function documentsIn(
  schema: FlagValue | undefined,
  cwd: string,
  where: string,
): Promise<GivenDocument[]> {
  if (schema === undefined) return [];
  const { readGivenDocuments } = await import('../edit/models/given-documents.js');
  return readGivenDocuments([schema].flat().map(String), cwd, where);
}
