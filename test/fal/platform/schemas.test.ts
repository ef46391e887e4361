import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { systemContext } from '../../../src/context.js';
import { cachedDocument, documentByHash, keepDocument } from '../../../src/fal/platform/schema-cache.js';
import { documentOf, MAX_DOCUMENT_LENGTH } from '../../../src/fal/platform/schema-document.js';
import { fetchDocument } from '../../../src/fal/platform/schemas.js';
import { SANDBOX_KEY } from '../../../src/fal/connection.js';
import { sandbox } from '../../support/sandbox.js';
import { schemaOf } from '../../support/schemas.js';
import { tempDir } from '../../support/temp-dir.js';
import { closedPort, httpServer, sendJson, type Visit } from '../servers.js';

const ID = 'acme/paint/edit';
const { signal } = new AbortController();
const openapi = schemaOf(ID);

const entry = (endpoint_id: string, document: unknown = openapi) => ({ endpoint_id, openapi: document });

type Reply = [status: number, body: unknown];

/** fal's API and page on one server, and a proxy before the API. What leads directly to fal goes to `direct`. */
async function fal({ api, page = [404, { detail: 'Not Found' }] }: { api: Reply; page?: Reply }) {
  const server = await httpServer(
    ({ target }, response) => void sendJson(response, ...(target.includes('api.fal.ai') ? api : page)),
  );
  const system = systemContext(signal);
  const direct: { url: string; headers: Readonly<Record<string, string>> }[] = [];
  const context = {
    ...system,
    sleep: async () => {},
    fetch: (url: string, init: { headers?: Readonly<Record<string, string>> } = {}) => {
      if (!url.includes('fal.ai')) return system.fetch(url, init);
      direct.push({ url, headers: init.headers ?? {} });
      return system.fetch(server.url, { ...init, headers: { ...init.headers, 'x-fal-target-url': url } });
    },
  };
  const access = (proxyUrl?: string) => ({
    ...{ connection: { key: 'id:secret', proxyUrl }, context, signal },
    sandbox: false,
  });
  return { server, direct, context, access };
}

describe('the document of an endpoint', () => {
  it('comes from the platform API, in one question with all readings of the id', async () => {
    const { direct, access } = await fal({ api: [200, { models: [entry(`fal-ai/${ID}`)] }] });
    const found = await fetchDocument([ID, `fal-ai/${ID}`], access());
    expect(found).toMatchObject({ endpoint: `fal-ai/${ID}`, openapi });
    expect(direct).toHaveLength(1);
    const { searchParams } = new URL(direct[0]!.url);
    expect(searchParams.get('endpoint_id')).toBe(`${ID},fal-ai/${ID}`);
    expect(searchParams.get('expand')).toBe('openapi-3.0');
  });

  it('is that of the id as typed, if fal has both', async () => {
    const { access } = await fal({ api: [200, { models: [entry(`fal-ai/${ID}`), entry(ID)] }] });
    expect(await fetchDocument([ID, `fal-ai/${ID}`], access())).toMatchObject({ endpoint: ID });
  });

  test.each<[string, Reply]>([
    ['knows the endpoint without its document', [200, { models: [entry(ID, schemaOf('acme/outage'))] }]],
    ['does not list the endpoint', [200, { models: [] }]],
    ['refuses the key', [401, { error: { message: 'no' } }]],
    ['is out of order', [500, { error: { message: 'no' } }]],
    ['answers with something else', [200, ['hello']]],
  ])('comes from the public page where the API %s, without the key', async (_, api) => {
    const { direct, access } = await fal({ api, page: [200, openapi] });
    expect(await fetchDocument([ID], access())).toMatchObject({ endpoint: ID, openapi });
    const last = direct.at(-1)!;
    expect(new URL(last.url).host).toBe('fal.ai');
    expect(JSON.stringify(last.headers)).not.toContain('secret');
  });

  test.each<[string, Reply, Reply, object]>([
    [
      'neither knows the endpoint',
      [200, { models: [] }],
      [404, {}],
      { kind: 'input', message: `fal has no endpoint ${ID}.` },
    ],
    [
      'an active model has none',
      [200, { models: [entry(ID, schemaOf('acme/outage'))] }],
      [404, {}],
      { kind: 'input', message: `fal publishes no schema of ${ID} that can be read.` },
    ],
    ['fal is out of order', [503, {}], [503, {}], { kind: 'temporary' }],
    ['the page redirects', [200, { models: [] }], [302, {}], { kind: 'failed' }],
    [
      'the document is absurdly long',
      [200, { models: [entry(ID, { paths: { x: 'x'.repeat(MAX_DOCUMENT_LENGTH) } })] }],
      [404, {}],
      { kind: 'input' },
    ],
  ])('is missing: %s', async (_, api, page, error) => {
    const { access } = await fal({ api, page });
    await expect(fetchDocument([ID], access())).rejects.toMatchObject(error);
  });

  it('is given up after an interrupt', async () => {
    const { access } = await fal({ api: [200, { models: [entry(ID)] }] });
    const reason = new Error('stop');
    const request = fetchDocument([ID], { ...access(), signal: AbortSignal.abort(reason) });
    await expect(request).rejects.toBe(reason);
  });
});

describe('through a proxy', () => {
  const keyOf = ({ headers }: Visit) => headers.authorization;

  it('the proxy is asked, and fal not', async () => {
    const { direct, access } = await fal({ api: [500, {}] });
    const proxy = await httpServer((_, response) => void sendJson(response, 200, { models: [entry(ID)] }));
    expect(await fetchDocument([ID], access(proxy.url))).toMatchObject({ endpoint: ID });
    expect(direct).toEqual([]);
    expect(proxy.visits.map(keyOf)).toEqual(['Key id:secret']);
  });

  test.each<Reply>([
    [400, 'Invalid request'],
    [401, { detail: 'who are you' }],
    [403, { detail: 'no' }],
    [404, { detail: 'Not Found' }],
    [412, 'Missing the x-fal-target-url header'],
    [502, 'down'],
  ])('that refuses with %d, the public page is asked directly, without the key', async (...reply) => {
    const { direct, access } = await fal({ api: [500, {}], page: [200, openapi] });
    const proxy = await httpServer((_, response) => void sendJson(response, ...reply));
    expect(await fetchDocument([ID], access(proxy.url))).toMatchObject({ endpoint: ID });
    expect(direct.map(({ url }) => new URL(url).host)).toEqual(['fal.ai']);
    expect(JSON.stringify(direct[0]!.headers)).not.toContain('secret');
  });

  test.each([
    ['refuses', true],
    ['does not run', false],
  ])('to a sandbox that %s, fal is never asked', async (_, runs) => {
    const { direct, access, context } = await fal({ api: [200, { models: [entry(ID)] }] });
    const url = runs ? (await sandbox()).proxyUrl : `http://127.0.0.1:${await closedPort()}`;
    const connection = { key: SANDBOX_KEY, proxyUrl: url };
    const request = fetchDocument([ID], { ...access(url), context, connection, sandbox: true });
    await expect(request).rejects.toMatchObject({ kind: runs ? 'input' : 'temporary' });
    expect(direct).toEqual([]);
  });
});

describe('a hash of a document', () => {
  const hash = (value: unknown) => documentOf(value)?.hash;

  it('depends on its content, not on the order of its fields', () => {
    expect(hash({ paths: { a: 1, b: [1, 2] }, info: 'x' })).toBe(
      hash({ info: 'x', paths: { b: [1, 2], a: 1 } }),
    );
    expect(hash({ paths: { b: [1, 2] } })).not.toBe(hash({ paths: { b: [2, 1] } }));
  });

  test.each([
    ['no object', 'text'],
    ['a list', []],
    ["fal's error in its place", schemaOf('acme/outage')],
    ['one of absurd depth', { paths: JSON.parse(`${'[['.repeat(50_000)}${']]'.repeat(50_000)}`) as unknown }],
  ])('is not made of %s', (_, value) => {
    expect(documentOf(value)).toBeUndefined();
  });
});

describe('a kept document', () => {
  const FAL = { proxyUrl: undefined };

  async function scene() {
    const cache = path.join(await tempDir(), 'cache');
    const { folders, secrets } = systemContext(signal);
    const context = { folders: { ...folders, cache }, secrets };
    const published = { ...documentOf(openapi)!, endpoint: ID };
    return { cache, context, published };
  }

  it('is found again with its date, for its endpoint and connection', async () => {
    const { context, published } = await scene();
    await keepDocument(published, { readAt: 7, from: FAL }, context);
    const { hash } = published;
    expect(await cachedDocument(ID, FAL, context)).toEqual({ openapi, hash, readAt: 7 });
    expect(await cachedDocument('acme/fill', FAL, context)).toBeUndefined();
    expect(await cachedDocument(ID, { proxyUrl: 'https://proxy.example' }, context)).toBeUndefined();
  });

  it('stays readable by its hash when a newer one arrives', async () => {
    const { context, published } = await scene();
    const newer = { ...documentOf({ paths: { new: 1 } })!, endpoint: ID };
    await keepDocument(published, { readAt: 7, from: FAL }, context);
    await keepDocument(newer, { readAt: 8, from: FAL }, context);
    expect(await cachedDocument(ID, FAL, context)).toMatchObject({ hash: newer.hash, readAt: 8 });
    expect(await documentByHash(published.hash, context)).toEqual(openapi);
    expect(await documentByHash('../../secret', context)).toBeUndefined();
  });

  it('leaves no temporary file, and no secret', async () => {
    const { cache, context, published } = await scene();
    context.secrets.addKey('id:very-secret-key');
    await keepDocument(
      { ...published, text: JSON.stringify({ paths: { a: 'id:very-secret-key' } }) },
      { readAt: 7, from: FAL },
      context,
    );
    const files = (await readdir(cache, { recursive: true })).filter((name) => name.includes('.'));
    expect(files).toHaveLength(2);
    for (const file of files) {
      expect(file).toMatch(/\.json$/);
      expect(await readFile(path.join(cache, file), 'utf8')).not.toContain('very-secret');
    }
  });

  it('that is broken counts as none, and is replaced', async () => {
    const { cache, context, published } = await scene();
    const keep = () => keepDocument(published, { readAt: 7, from: FAL }, context);
    await keep();
    const files = (await readdir(cache, { recursive: true })).filter((name) => name.endsWith('.json'));
    for (const file of files) {
      await writeFile(path.join(cache, file), '{"endpo');
      expect(await cachedDocument(ID, FAL, context)).toBeUndefined();
      await keep();
      expect(await cachedDocument(ID, FAL, context)).toMatchObject({ readAt: 7 });
    }
  });

  it('is not needed: without a folder, nothing is kept', async () => {
    const { context, published } = await scene();
    const nowhere = { ...context, folders: { ...context.folders, cache: undefined } };
    await keepDocument(published, { readAt: 7, from: FAL }, nowhere);
    expect(await cachedDocument(ID, FAL, nowhere)).toBeUndefined();
  });
});
