import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { systemContext } from '../../../src/context.js';
import { readGivenDocuments } from '../../../src/edit/models/given-documents.js';
import { ModelLoader, type LoaderOptions } from '../../../src/edit/models/loader.js';
import { findModel, MODELS } from '../../../src/models/registry.js';
import { httpServer, sendJson } from '../../fal/servers.js';
import { schemaFile, schemaOf } from '../../support/schemas.js';
import { tempDir } from '../../support/temp-dir.js';

const HOUR = 60 * 60_000;
const START = Date.UTC(2026, 10, 1);
const { signal } = new AbortController();

function documentOf(endpoint: string): unknown {
  const own = endpoint.replace('fal-ai/', '');
  return JSON.parse(JSON.stringify(schemaOf(own)).replaceAll(`/${own}`, `/${endpoint}`));
}

/** A fal, behind a proxy, that has these endpoints; `answers: false` turns it off. A folder for the cache beside it. */
async function scene(endpoints: readonly string[] = ['acme/paint/edit', 'fal-ai/acme/fill']) {
  const cwd = await tempDir();
  const state = { answers: true, now: START };
  const server = await httpServer(({ target }, response) => {
    const ids = new URL(target).searchParams.get('endpoint_id')?.split(',') ?? [];
    if (!state.answers) return void sendJson(response, 503, { detail: 'down' });
    if (!target.includes('api.fal.ai')) return void sendJson(response, 404, { detail: 'Not Found' });
    return void sendJson(response, 200, {
      models: endpoints
        .filter((id) => ids.includes(id))
        .map((id) => ({ endpoint_id: id, openapi: documentOf(id) })),
    });
  });
  const system = systemContext(signal);
  const context = {
    ...system,
    folders: { ...system.folders, cache: path.join(cwd, 'cache') },
    now: () => state.now,
    sleep: async () => {},
    fetch: (url: string, init: { headers?: Readonly<Record<string, string>> } = {}) =>
      url.startsWith(server.url)
        ? system.fetch(url, init)
        : system.fetch(server.url, { ...init, headers: { ...init.headers, 'x-fal-target-url': url } }),
  };
  const notes: string[] = [];
  const loader = (options: Partial<LoaderOptions> = {}) =>
    new ModelLoader({
      access: { connection: { key: 'id:secret', proxyUrl: server.url }, context, signal },
      ...{ source: 'fal', purpose: 'edit', given: [], maxAgeMs: 24 * HOUR, names: new Map() },
      onNote: (note) => void notes.push(note),
      ...options,
    });
  return { cwd, state, notes, loader, server, visits: () => server.visits.length };
}

describe('a model', () => {
  it('that is listed needs nothing', async () => {
    const { loader, visits } = await scene();
    expect(await loader().load(undefined)).toBe(MODELS[0]);
    expect(await loader().load('flux-2/lora/edit')).toBe(MODELS[1]);
    expect(visits()).toBe(0);
  });

  it('is made of the document that fal publishes, and then known by the name', async () => {
    const { loader } = await scene();
    const model = await loader().load('acme/paint/edit');
    expect(model).toMatchObject({
      endpoint: 'acme/paint/edit',
      schema: { readAt: START, origin: 'fal', hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(findModel('acme/paint/edit')).toBe(model);
  });

  it('may leave out fal-ai/, and may have a name of the user’s', async () => {
    const { loader } = await scene();
    const names = new Map([
      ['filler', 'fal-ai/acme/fill'],
      ['usual', MODELS[0].endpoint],
    ]);
    expect(await loader().load('acme/fill')).toMatchObject({ endpoint: 'fal-ai/acme/fill' });
    expect(await loader({ names }).load('filler')).toMatchObject({ endpoint: 'fal-ai/acme/fill' });
    expect(findModel('filler')).toMatchObject({ endpoint: 'fal-ai/acme/fill' });
    expect(await loader({ names }).load('usual')).toBe(MODELS[0]);
  });

  it('is read once in a run, however often it is loaded, and also if it fails', async () => {
    const { loader, visits } = await scene();
    const one = loader();
    const models = await one.loadAll(['acme/paint/edit', 'acme/paint/edit', 'acme/paint/edit']);
    expect(new Set(models).size).toBe(1);
    expect(visits()).toBe(1);
    await Promise.allSettled(Array.from({ length: 5 }, () => one.load('acme/nothing')));
    const before = visits();
    await expect(one.load('acme/nothing')).rejects.toMatchObject({ kind: 'input' });
    expect(visits()).toBe(before);
  });

  test.each(['sdxl', 'acme/../x', 'acme/a?b=c', 'https://evil.example/x'])(
    'is not asked for by the name %s',
    async (name) => {
      const { loader, visits } = await scene();
      await expect(loader().load(name, '--to')).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringMatching(/^--to: unknown model/),
      });
      expect(visits()).toBe(0);
    },
  );

  test.each<[string, RegExp]>([
    [
      'acme/outage',
      /^--model: fal publishes no schema of acme\/outage that can be read\. Nothing was sent\.$/,
    ],
    ['acme/paint/realtime', /WebSocket/],
  ])('%s cannot be used: nothing is sent', async (endpoint, message) => {
    const { loader } = await scene([endpoint]);
    await expect(loader().load(endpoint)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });
});

describe('the age of a document', () => {
  it('of a day is enough; then it is fetched again', async () => {
    const { loader, state, visits } = await scene();
    const seen = [];
    for (const hours of [0, 1, 23.9, 25, 26]) {
      state.now = START + hours * HOUR;
      const { schema } = await loader().load('acme/paint/edit');
      seen.push([schema?.origin, visits()]);
    }
    expect(seen).toEqual([
      ['fal', 1],
      ['cache', 1],
      ['cache', 1],
      ['fal', 2],
      ['cache', 2],
    ]);
  });

  it('that is too old refuses a paid edit where it cannot be fetched again', async () => {
    const { loader, state } = await scene();
    await loader().load('acme/paint/edit');
    state.now += 49 * HOUR;
    state.answers = false;
    await expect(loader().load('acme/paint/edit')).rejects.toMatchObject({
      kind: 'temporary',
      charged: 'no',
      message: expect.stringMatching(
        /^The schema of acme\/paint\/edit is 2 d old and cannot be fetched again\./,
      ),
      hint: 'Allow one older than 24h with --schema-max-age, or name a document with --schema <file>.',
    });
    expect(await loader({ maxAgeMs: 50 * HOUR }).load('acme/paint/edit')).toMatchObject({
      schema: { origin: 'cache', readAt: START },
    });
  });

  it('does not matter to a dry run, which says it and sends no key', async () => {
    const { loader, state, notes, server } = await scene();
    await loader({ purpose: 'dry-run' }).load('acme/paint/edit');
    state.now += 3 * HOUR;
    await loader({ purpose: 'dry-run', maxAgeMs: HOUR }).load('acme/paint/edit');
    expect(notes).toEqual([
      'Fetched the schema of acme/paint/edit, without the key.',
      'The schema of acme/paint/edit was read 3 h ago.',
    ]);
    expect(server.visits.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('does not matter to a command that only shows the model, if there is no newer one', async () => {
    const { loader, state, notes } = await scene();
    await loader().load('acme/paint/edit');
    state.now += 49 * HOUR;
    state.answers = false;
    const shown = await loader({ purpose: 'show' }).load('acme/paint/edit');
    expect(shown.schema?.origin).toBe('cache');
    expect(notes).toEqual(['The schema of acme/paint/edit was read 2 d ago.']);
  });

  it('is not known without one: the edit is refused, naming --schema', async () => {
    const { loader, state } = await scene();
    state.answers = false;
    await expect(loader().load('acme/paint/edit')).rejects.toMatchObject({
      kind: 'temporary',
      message: expect.stringMatching(/cannot be fetched\. .* Nothing was sent\.$/),
      hint: expect.stringContaining('--schema'),
    });
  });
});

describe('for the built-in sandbox', () => {
  it('nothing is fetched: a cached document of any age will do', async () => {
    const { loader, state, visits, notes } = await scene();
    await loader().load('acme/paint/edit');
    const before = visits();
    state.now += 72 * HOUR;
    const local = loader({ source: 'none' });
    expect(await local.load('acme/paint/edit')).toMatchObject({ schema: { origin: 'cache' } });
    expect(local.documents).toEqual([{ endpoint: 'acme/paint/edit', openapi: schemaOf('acme/paint/edit') }]);
    expect(notes).toEqual(['The schema of acme/paint/edit was read 3 d ago.']);
    await expect(local.load('acme/other')).rejects.toMatchObject({
      kind: 'usage',
      hint: expect.stringContaining('--schema <file>'),
    });
    expect(visits()).toBe(before);
  });
});

describe('a document from disk', () => {
  const read = (...files: string[]) => readGivenDocuments(files, '/', '--schema');

  it('wins over the cache and fal', async () => {
    const { loader, visits } = await scene();
    const given = await read(schemaFile('acme/paint/edit'), schemaFile('acme/fill'));
    const one = loader({ given });
    expect(await one.load('acme/paint/edit')).toMatchObject({ schema: { origin: 'file' } });
    expect(visits()).toBe(0);
    expect(() => one.refuseUnused()).toThrow(/^--schema: .*acme__fill.json describes acme\/fill, /);
    await one.load('acme/fill');
    one.refuseUnused();
  });

  it('may be an item of the platform’s answer, or that answer', async () => {
    const { cwd } = await scene();
    const item = { endpoint_id: 'acme/fill', openapi: schemaOf('acme/fill') };
    for (const content of [item, { models: [item] }]) {
      const file = path.join(cwd, 'schema.json');
      await writeFile(file, JSON.stringify(content));
      expect(await read(file)).toMatchObject([{ endpoints: ['acme/fill'], openapi: item.openapi }]);
    }
  });

  test.each<[string, string | undefined, RegExp]>([
    ['is missing', undefined, /does not exist/],
    ['is no JSON', '{', /is not valid JSON/],
    ['is another document', '{"paths":{"/x":{"get":{}}}}', /is not an OpenAPI document of an endpoint/],
    ['has a false id', '{"paths":{"/../x":{"post":{"requestBody":{}}}}}', /is not an OpenAPI document/],
    ['is no text', '\u0000', /NUL/],
    ['is absurdly large', `"${'x'.repeat(4_000_001)}"`, /too large/],
  ])('that %s is refused by its name', async (_, content, message) => {
    const { cwd } = await scene();
    const file = path.join(cwd, 'schema.json');
    if (content !== undefined) await writeFile(file, content);
    await expect(read(file)).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringMatching(new RegExp(`^--schema: .*schema\\.json .*${message.source}`)),
    });
  });
});
