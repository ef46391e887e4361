/*
 * Finds the model that a name stands for. A listed model is there already; the document of any other endpoint comes from
 * a file of the user's, from the cache, or from fal. Each document is read once in a run.
 */
import type { Context } from '../../context.js';
import { FalEditError, inputFieldError, problemsError, usageError } from '../../errors/error.js';
import type { FalAccess } from '../../fal/connection.js';
import {
  cachedDocument,
  keepDocument,
  keepText,
  type CachedDocument,
} from '../../fal/platform/schema-cache.js';
import { fetchDocument } from '../../fal/platform/schemas.js';
import type { Model, SchemaSource } from '../../models/model.js';
import { schemaModel } from '../../models/schema/adapter.js';
import { addModel, endpointsNamed, listedModel, MODELS, unknownModel } from '../../models/registry.js';
import { ageText, durationText } from '../../units.js';
import type { GivenDocument } from './given-documents.js';
import type { OwnNames } from './own-names.js';

/** How documents are found. */
export interface LoaderOptions {
  access: Omit<FalAccess, 'context'> & {
    context: FalAccess['context'] & Pick<Context, 'folders' | 'secrets'>;
  };
  /**
   * The connection leads to fal or to a sandbox, whose documents never come from fal; `none`: the built-in sandbox, which
   * runs only later and opens no connection.
   */
  source: 'fal' | 'sandbox' | 'none';
  /**
   * - `edit`: an edit is paid for. A document that is too old and cannot be fetched again is refused.
   * - `dry-run`: no key is sent, and nothing is fetched if there is a document of any age
   * - `show`: no key is sent, and an old document will do if it cannot be fetched again
   */
  purpose: 'edit' | 'dry-run' | 'show';
  /** Documents from disk; they win. */
  given: readonly GivenDocument[];
  /** Age up to which a document is not fetched again, in milliseconds. */
  maxAgeMs: number;
  names: OwnNames;
  /** Called with each fact about a document that the user should know. */
  onNote: (message: string) => void;
}

/** A document for the built-in sandbox. */
export interface EndpointDocument {
  endpoint: string;
  openapi: Record<string, unknown>;
}

/** Age up to which a document is not fetched again, in milliseconds. */
export const SCHEMA_MAX_AGE_MS = 24 * 60 * 60_000;

/** The models of one run. */
export class ModelLoader {
  /** By name. */
  private readonly pending = new Map<string, Promise<Model>>();
  /** By endpoint. */
  private readonly openapi = new Map<string, Record<string, unknown>>();
  private readonly used = new Set<GivenDocument>();

  constructor(private readonly options: LoaderOptions) {}

  /** The documents of the models that are loaded so far. */
  get documents(): EndpointDocument[] {
    return [...this.openapi].map(([endpoint, openapi]) => ({ endpoint, openapi }));
  }

  /**
   * The model with that name; the default if none is given. From here on, the registry knows it by this name.
   *
   * @param where name of the setting in messages
   * @throws FalEditError (usage, input): there is no such model, or it cannot be used; (temporary): its document cannot
   * be fetched
   */
  async load(name: string | undefined, where = '--model'): Promise<Model> {
    if (name === undefined) return MODELS[0];
    const listed = listedModel(name);
    if (listed !== undefined) return listed;
    const ids = endpointsNamed(name, this.options.names);
    if (ids.length === 0) throw unknownModel(name, where, [...this.options.names.keys()]);
    let model = this.pending.get(name);
    if (model === undefined) {
      model = this.find(name, ids);
      this.pending.set(name, model);
    }
    return model.catch((error: unknown) => {
      throw error instanceof FalEditError && error.kind === 'input' && error.problems === undefined
        ? inputFieldError(where, error.message, { hint: error.hint })
        : error;
    });
  }

  /** Loads several models, each by the name of its setting. */
  loadAll(names: readonly (string | undefined)[], where?: string): Promise<Model[]> {
    return Promise.all(names.map((name) => this.load(name, where)));
  }

  /**
   * Refuses documents from disk that none of the loaded models has used.
   *
   * @param where name of the setting in messages
   * @throws FalEditError (usage)
   */
  refuseUnused(where = '--schema'): void {
    const unused = this.options.given.filter((document) => !this.used.has(document));
    if (unused.length === 0) return;
    throw problemsError(
      'usage',
      unused.map(({ file, endpoints: [endpoint = '', ...others] }) => ({
        field: where,
        message:
          listedModel(endpoint) === undefined
            ? `${file} describes ${endpoint}${others.length === 0 ? '' : ' and others'}, which is not edited with.`
            : `${file} describes ${endpoint}, a listed model, which needs no document.`,
      })),
    );
  }

  private async find(name: string, ids: readonly string[]): Promise<Model> {
    // A name of the user's own may stand for one.
    const listed = ids.map(listedModel).find((model) => model !== undefined);
    if (listed !== undefined) {
      addModel(listed, name);
      return listed;
    }
    const { endpoint, openapi, ...source } = await this.document(ids);
    this.openapi.set(endpoint, openapi);
    const model = schemaModel(endpoint, openapi, source);
    addModel(model, name);
    // Rows of a comparison use the model's own name.
    for (const other of [endpoint, model.name]) {
      if (!this.pending.has(other)) this.pending.set(other, Promise.resolve(model));
    }
    return model;
  }

  private async document(ids: readonly string[]): Promise<EndpointDocument & SchemaSource> {
    const { access, source, purpose, maxAgeMs } = this.options;
    const given = await this.givenDocument(ids);
    if (given !== undefined) return given;
    const cached = await this.cachedDocument(ids);
    const age = cached === undefined ? Infinity : access.context.now() - cached.readAt;
    const isFresh = age >= 0 && age < maxAgeMs;
    if (cached !== undefined && (isFresh || source === 'none' || purpose === 'dry-run')) {
      return this.aged(cached, age);
    }
    const [endpoint = ''] = ids;
    if (source === 'none') {
      throw usageError(
        `The schema of ${endpoint} is not cached, and the built-in sandbox opens no connection.`,
        'Name a document with --schema <file>, or fetch it with a dry run: --dry-run without --sandbox.',
      );
    }
    try {
      return await this.fetched(ids);
    } catch (error) {
      access.signal.throwIfAborted();
      if (!(error instanceof FalEditError)) throw error;
      if (cached === undefined) throw missingError(ids, error);
      if (purpose === 'show') return this.aged(cached, age);
      throw expiredError(cached.endpoint, age, maxAgeMs, error);
    }
  }

  /** Uses a document from the cache, and says how old it is where a paid edit would not use it. */
  private aged(cached: EndpointDocument & CachedDocument, age: number): EndpointDocument & SchemaSource {
    if (!(age >= 0 && age < this.options.maxAgeMs)) {
      this.options.onNote(`The schema of ${cached.endpoint} was read ${ageText(age)} ago.`);
    }
    return { ...cached, origin: 'cache' };
  }

  private async cachedDocument(
    ids: readonly string[],
  ): Promise<(EndpointDocument & CachedDocument) | undefined> {
    const { connection, context } = this.options.access;
    for (const endpoint of ids) {
      const found = await cachedDocument(endpoint, connection, context);
      if (found !== undefined) return { ...found, endpoint };
    }
    return undefined;
  }

  private async givenDocument(
    ids: readonly string[],
  ): Promise<(EndpointDocument & SchemaSource) | undefined> {
    const { given, access } = this.options;
    for (const endpoint of ids) {
      const document = given.find(({ endpoints }) => endpoints.includes(endpoint));
      if (document === undefined) continue;
      this.used.add(document);
      // A job that is fetched later is read by it.
      await keepText(document, access.context).catch(() => undefined);
      const { openapi, hash } = document;
      return { endpoint, openapi, hash, readAt: access.context.now(), origin: 'file' };
    }
    return undefined;
  }

  private async fetched(ids: readonly string[]): Promise<EndpointDocument & SchemaSource> {
    const { access, source, purpose, onNote } = this.options;
    const { context, connection } = access;
    const document = await fetchDocument(ids, {
      ...access,
      connection: purpose === 'edit' ? connection : { ...connection, key: undefined },
      sandbox: source === 'sandbox',
    });
    const readAt = context.now();
    await keepDocument(document, { readAt, from: connection }, context);
    const { endpoint, openapi, hash } = document;
    if (purpose === 'dry-run') onNote(`Fetched the schema of ${endpoint}, without the key.`);
    return { endpoint, openapi, hash, readAt, origin: 'fal' };
  }
}

function missingError(ids: readonly string[], error: FalEditError): FalEditError {
  const hint = 'If you have its OpenAPI document, name the file with --schema.';
  if (error.kind === 'input') return error.with({ message: `${error.message} Nothing was sent.`, hint });
  return new FalEditError(
    'temporary',
    `The schema of ${ids.join(' or ')} cannot be fetched. ${error.message} Nothing was sent.`,
    { hint, origin: error },
  );
}

function expiredError(endpoint: string, age: number, maxAgeMs: number, error: FalEditError): FalEditError {
  return new FalEditError(
    'temporary',
    `The schema of ${endpoint} is ${ageText(age)} old and cannot be fetched again. ${error.message} Nothing was sent.`,
    {
      hint: `Allow one older than ${durationText(maxAgeMs)} with --schema-max-age, or name a document with --schema <file>.`,
      origin: error,
    },
  );
}
