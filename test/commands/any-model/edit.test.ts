import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { edit } from '../../../src/index.js';
import { openFetch } from '../../../src/light-fetch.js';
import { SANDBOX_KEY } from '../../../src/fal/connection.js';
import { editCat, folderWithPhoto, quickly } from '../../edit/harness.js';
import { runCli } from '../../support/run-cli.js';
import { sandbox } from '../../support/sandbox.js';
import { schemaDocuments, schemaFile } from '../../support/schemas.js';

const fetchHere = openFetch({});
const HOUR = 60 * 60_000;
const START = Date.UTC(2026, 10, 1);

/** A fal with all endpoints of the test documents. */
const acme = () => sandbox({ documents: schemaDocuments(), renderPictures: false });

const schemaRequests = ({ ledger }: Awaited<ReturnType<typeof acme>>): number =>
  ledger().requests.by_role.models ?? 0;

describe('an edit by an endpoint id', () => {
  test.each<[string, string, string[]]>([
    ['a list of pictures', 'acme/paint/edit', ['-p', 'a watercolor']],
    ['one picture and no prompt', 'acme/cutout/v2', []],
  ])('%s', async (_, endpoint, flags) => {
    const { env, ledger } = await acme();
    const cwd = await folderWithPhoto();
    const { code, json, stderr } = await runCli(
      ['cat.png', '-m', endpoint, ...flags, '--json', '-o', 'out/'],
      {
        ...{ env, cwd },
        context: { sleep: quickly },
      },
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(json()).toMatchObject({ endpoint, model: endpoint, images: [{ width: expect.any(Number) }] });
    expect(ledger().accepted).toMatchObject([{ endpoint }]);
  });

  it('reads the schema once a day', async () => {
    const fal = await acme();
    const cwd = await folderWithPhoto();
    const seen = [];
    for (const hours of [0, 1, 25]) {
      const { code } = await editCat(
        { env: fal.env, cwd, context: { now: () => START + hours * HOUR } },
        ...['-f', '-m', 'acme/paint/edit'],
      );
      expect(code).toBe(0);
      seen.push(schemaRequests(fal));
    }
    expect(seen).toEqual([1, 1, 2]);
  });

  it('by a name of the user’s own', async () => {
    const { env, ledger } = await acme();
    const cwd = await folderWithPhoto();
    await writeFile(path.join(cwd, 'fal-edit.config.json'), '{"models":{"brush":"acme/paint/edit"}}');
    expect((await editCat({ env, cwd }, '-m', 'brush')).code).toBe(0);
    expect(ledger().accepted).toMatchObject([{ endpoint: 'acme/paint/edit' }]);
  });

  test.each<[string, RegExp]>([
    ['acme/nothing', /has no endpoint acme\/nothing/],
    ['acme/outage', /publishes no schema of acme\/outage/],
    ['acme/paint/realtime', /WebSocket/],
    ['acme/sketch', /takes no picture/],
    ['acme/caption', /returns no picture/],
    ['acme/../x', /unknown model/],
  ])('%s is refused before anything is sent', async (endpoint, message) => {
    const { proxyUrl, ledger } = await acme();
    // A sandbox of its own, for which fal itself is never asked.
    const env = { FAL_PROXY_URL: proxyUrl, FAL_KEY: SANDBOX_KEY };
    const { code, document } = await editCat({ env }, '-m', endpoint);
    expect({ code, charged: document.error?.charged }).toEqual({ code: 2, charged: 'no' });
    expect(document.error?.message).toMatch(message);
    expect(ledger().accepted).toEqual([]);
  });
});

describe('with a document from disk', () => {
  const withFile = ['-m', 'acme/paint/edit', '--schema', schemaFile('acme/paint/edit')];

  it('the built-in sandbox works without network and cache', async () => {
    const fetched: string[] = [];
    const { code, document } = await editCat(
      {
        context: {
          fetch: (url, init) => {
            fetched.push(url);
            return fetchHere(url, init);
          },
        },
      },
      ...['--sandbox', ...withFile],
    );
    expect({ code, state: document.state }).toEqual({ code: 0, state: 'saved' });
    expect(fetched.filter((url) => !url.startsWith('http://127.0.0.1:'))).toEqual([]);
  });

  it('fal is not asked for the schema', async () => {
    const fal = await acme();
    expect((await editCat({ env: fal.env }, ...withFile)).code).toBe(0);
    expect(schemaRequests(fal)).toBe(0);
  });

  it('of another model is refused if it was typed, else left alone', async () => {
    const { env, ledger } = await acme();
    const other = schemaFile('acme/fill');
    const typed = await editCat({ env }, '--schema', other);
    expect(typed.code).toBe(2);
    expect(typed.document.error?.message).toMatch(
      /acme__fill\.json describes acme\/fill, which is not edited with/,
    );
    expect(ledger().accepted).toEqual([]);
    expect((await editCat({ env: { ...env, FAL_EDIT_SCHEMA: other } })).code).toBe(0);
  });

  it('the library takes it too', async () => {
    const cwd = await folderWithPhoto();
    const folder = path.join(cwd, '.home');
    const result = await edit({
      ...{
        images: 'cat.png',
        prompt: 'a watercolor',
        model: 'acme/paint/edit',
        sandbox: true,
        output: 'out/',
      },
      schema: schemaFile('acme/paint/edit'),
      context: { cwd, env: {}, folders: { config: folder, cache: folder, state: folder }, sleep: quickly },
    });
    expect(result).toMatchObject({ endpoint: 'acme/paint/edit', images: [{ contentType: 'image/png' }] });
  });
});

describe('a dry run', () => {
  it('fetches the schema without the key, and says so', async () => {
    const fal = await acme();
    const { code, stderr } = await editCat({ env: fal.env }, '-n', '-m', 'acme/paint/edit');
    expect(code).toBe(0);
    expect(stderr).toContain('Fetched the schema of acme/paint/edit, without the key.');
    expect(schemaRequests(fal)).toBe(1);
  });

  it('uses a cached schema of any age, and says it', async () => {
    const fal = await acme();
    const cwd = await folderWithPhoto();
    const run = (hours: number) => {
      const context = { now: () => START + hours * HOUR };
      const argv = ['cat.png', '-p', 'a watercolor', '-m', 'acme/paint/edit', '-n'];
      return runCli(argv, { env: fal.env, cwd, context });
    };
    expect((await run(0)).stdout).toMatch(/^Schema: read from fal just now \([0-9a-f]{12}\)$/m);
    const later = await run(50);
    expect(later.stdout).toMatch(/^Schema: read 2 d ago \(/m);
    expect(later.stderr).toContain('The schema of acme/paint/edit was read 2 d ago.');
    expect(schemaRequests(fal)).toBe(1);
  });
});

test('a paid edit with an expired schema that cannot be fetched again is refused', async () => {
  const fal = await acme();
  const cwd = await folderWithPhoto();
  const at = (hours: number, env: Record<string, string>, ...flags: string[]) =>
    editCat(
      { env, cwd, context: { now: () => START + hours * HOUR } },
      ...['-f', '-m', 'acme/paint/edit', ...flags],
    );
  expect((await at(0, fal.env)).code).toBe(0);
  fal.addToxic({ type: 'reset_peer', on: 'models', stream: 'downstream' } as never);
  const { code, document } = await at(50, { ...fal.env, FAL_KEY: SANDBOX_KEY });
  expect(code).toBe(7);
  expect(document.error).toMatchObject({
    charged: 'no',
    hint: expect.stringMatching(/--schema-max-age.*--schema <file>/),
  });
  expect((await at(50, { ...fal.env, FAL_KEY: SANDBOX_KEY }, '--schema-max-age', '3d')).code).toBe(0);
});

test('an uncached schema is not fetched for the built-in sandbox', async () => {
  const { code, document } = await editCat({}, '--sandbox', '-m', 'acme/paint/edit');
  expect(code).toBe(2);
  expect(document.error).toMatchObject({
    message: expect.stringMatching(/not cached/),
    hint: expect.stringMatching(/--schema <file>.*--dry-run/),
  });
});
