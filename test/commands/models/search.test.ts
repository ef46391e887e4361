import { describe, expect, it, test } from 'vitest';
import { pageOf } from '../../../src/commands/at-once.js';
import { SEARCH } from '../../../src/commands/models/search/command.js';
import type { SandboxSettings } from '../../../src/sandbox/server.js';
import { helpText } from '../../../src/terminal/help.js';
import { runCli, type CliOptions, type CliResult } from '../../support/run-cli.js';
import { sandbox, type TestSandbox } from '../../support/sandbox.js';
import { schemaDocuments, schemaOf } from '../../support/schemas.js';
import { tempDir } from '../../support/temp-dir.js';
import { directTo } from './harness.js';

type Row = Record<'endpoint' | 'pictures' | 'prompt' | 'mask' | 'loras' | 'price' | 'title', string>;

const PRICED = schemaDocuments().map((document) =>
  document.endpoint === 'acme/fill'
    ? { ...document, price: { unitPrice: 0.05, unit: 'megapixels' } }
    : document,
);

const NAMES = ['endpoint', 'pictures', 'prompt', 'mask', 'loras', 'price', 'title'];

interface Desk {
  fal: TestSandbox;
  search: (...argv: string[]) => Promise<CliResult>;
}

/** A fal that has the documents of the fixtures too. */
async function desk(settings: SandboxSettings = {}, options: Partial<CliOptions> = {}): Promise<Desk> {
  const fal = await sandbox({ documents: PRICED, ...settings });
  const cwd = await tempDir();
  const search = (...argv: string[]): Promise<CliResult> =>
    runCli(['models', 'search', ...argv], { cwd, env: fal.env, ...options });
  return { fal, search };
}

function rowsOf({ stdout }: CliResult): Row[] {
  const [, ...lines] = stdout.trimEnd().split('\n');
  return lines.map((line) => {
    const cells = line.split('\t');
    return Object.fromEntries(NAMES.map((name, index) => [name, cells[index] ?? ''])) as Row;
  });
}

describe('finds models', () => {
  it('and says what each takes, and what it costs', async () => {
    const { fal, search } = await desk();
    const result = await search('acme', '--limit', '50');
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
    const rows = new Map(rowsOf(result).map((row) => [row.endpoint, row]));
    expect(rows.get('acme/upscale')).toMatchObject({ pictures: '1', prompt: '-', mask: '-', loras: '-' });
    expect(rows.get('acme/paint/edit')).toMatchObject({ prompt: 'needed', mask: '-' });
    expect(rows.get('acme/paint/edit')?.pictures).toMatch(/^1 (to \d+|or more)$/);
    expect(rows.get('acme/fill')).toMatchObject({
      pictures: '1',
      mask: 'needed',
      price: '$0.05 per megapixel',
    });
    expect(rows.get('acme/brush/lora')).toMatchObject({ loras: 'yes' });
    expect(fal.ledger().accepted).toEqual([]);
  });

  it('and why some cannot be used', async () => {
    const { search } = await desk();
    const rows = rowsOf(await search('acme', '--category', 'any', '--limit', '50'));
    const reason = (endpoint: string) => rows.find((row) => row.endpoint === endpoint)?.title;
    expect(reason('acme/outage')).toMatch(/\(cannot be used: fal publishes no schema for it\)$/);
    expect(reason('acme/paint/realtime')).toMatch(/\(cannot be used: it is a WebSocket app/);
    expect(reason('acme/caption')).toMatch(/\(cannot be used: it returns no picture\)$/);
    expect(rows.find(({ endpoint }) => endpoint === 'acme/outage')).toMatchObject({
      pictures: '-',
      mask: '-',
    });
  });

  it('and the reason is not cut on a terminal', async () => {
    const { search } = await desk({}, { tty: true });
    expect((await search('outage')).stdout).toMatch(/\(cannot be used: fal publishes no schema for it\)$/m);
  });

  it('of the category only', async () => {
    const { search } = await desk();
    expect(rowsOf(await search('acme', '--limit', '50')).map(({ endpoint }) => endpoint)).not.toContain(
      'acme/caption',
    );
    const { stderr, stdout, code } = await search('caption');
    expect([code, stdout.trimEnd().split('\n')]).toEqual([0, [expect.stringMatching(/^ENDPOINT\t/)]]);
    expect(stderr).toContain('No model of the category image-to-image matches. --category any searches all.');
    expect(rowsOf(await search('caption', '--category', 'vision'))).toHaveLength(1);
    expect((await search('no-such-thing', '--category', 'any')).stderr).toContain('No model matches.');
  });

  it('that are listed, as they are listed', async () => {
    const { search } = await desk();
    const { json } = await search('flux-2/lora', '--json');
    expect(json()).toMatchObject({
      models: [{ name: 'flux-2-lora', images: { min: 1, max: 4 }, loras: true, mask: 'none', usable: true }],
    });
  });

  it('page by page, up to the limit', async () => {
    const documents = Array.from({ length: 45 }, (_, index) => ({
      endpoint: `acme/many-${index}`,
      openapi: retitled('acme/upscale', `acme/many-${index}`),
    }));
    const { fal, search } = await desk({ documents });
    const all = await search('many', '--limit', '100', '--json');
    expect(all.json<{ models: object[]; more: boolean }>()).toMatchObject({ more: false });
    expect(all.json<{ models: object[] }>().models).toHaveLength(45);
    expect(fal.ledger().requests.by_role['models']).toBe(3);
    const some = await search('many', '--limit', '30');
    expect(rowsOf(some)).toHaveLength(30);
    expect(some.stderr).toContain('More models: --limit 150');
  });

  it('in the built-in sandbox, and says so', async () => {
    const { code, stdout, stderr } = await runCli(['models', 'search', 'flux', '--sandbox'], {
      cwd: await tempDir(),
    });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('fal-ai/flux-2/edit');
    expect(stderr).toContain('Asking the built-in sandbox, not fal.');
  });
});

/** The document of one endpoint, for another. */
function retitled(from: string, to: string): Record<string, unknown> {
  return JSON.parse(JSON.stringify(schemaOf(from)).replaceAll(from, to)) as Record<string, unknown>;
}

test('--json: one document', async () => {
  const { search } = await desk();
  const { code, json } = await search('acme/fill', '--json');
  expect(code).toBe(0);
  expect(json()).toEqual({
    schema_version: 1,
    status: 'ok',
    sandbox: false,
    words: 'acme/fill',
    category: 'image-to-image',
    models: [
      {
        endpoint: 'acme/fill',
        name: null,
        title: 'acme/fill',
        category: 'image-to-image',
        usable: true,
        why: null,
        images: { min: 1, max: 1 },
        prompt: 'required',
        mask: 'required',
        loras: false,
        price: { unit_price_usd: 0.05, unit: 'megapixels' },
      },
    ],
    more: false,
  });
});

describe('without a key', () => {
  it('fal is asked all the same, and no price', async () => {
    const { fal } = await desk();
    const seen: string[] = [];
    const direct = directTo(fal.proxyUrl);
    const { code, stdout, stderr } = await runCli(['models', 'search', 'acme'], {
      cwd: await tempDir(),
      env: {},
      context: {
        fetch: (url, init) => {
          seen.push(url);
          return direct(url, init);
        },
      },
    });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('acme/upscale\t1\t-\t-\t-\t-\t');
    expect(stderr).toContain('Prices are shown only with a key: set FAL_KEY.');
    expect(seen.map((url) => url.replace(/\?.*/, ''))).toEqual(['https://api.fal.ai/v1/models']);
  });

  it('through a proxy that lets only edits through, fal is asked without it', async () => {
    const { fal } = await desk();
    const direct = directTo(fal.proxyUrl);
    const asked: [string, string | undefined][] = [];
    const { code, stdout, stderr } = await runCli(['models', 'search', 'upscale'], {
      cwd: await tempDir(),
      env: { FAL_PROXY_URL: 'https://proxy.example/fal', FAL_KEY: 'an-id:a-secret' },
      context: {
        fetch: (url, init) => {
          const headers = init?.headers as Record<string, string>;
          asked.push([new URL(url).host, headers['authorization']]);
          return url.startsWith('https://proxy.example')
            ? Promise.resolve(new Response('{"detail":"Invalid request"}', { status: 400 }))
            : direct(url, init);
        },
      },
    });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('acme/upscale');
    expect(stderr).toContain('Asking fal directly, without the key.');
    expect(asked.filter(([host]) => host === 'api.fal.ai')).toEqual([['api.fal.ai', undefined]]);
  });
});

describe('trouble', () => {
  test.each([
    ['no word', [], '<word> is missing'],
    ['a blank word', [' '], '<word> is missing'],
    ['a limit of none', ['x', '--limit', '0'], '--limit must be a whole number from 1 to 500, not "0".'],
    ['a limit in words', ['x', '--limit', 'all'], '--limit must be'],
  ])('%s: exit 2, and nothing is asked', async (_, argv, message) => {
    const { fal, search } = await desk();
    const { code, stdout, stderr } = await search(...argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(fal.ledger().requests.total).toBe(0);
  });

  it('exit 4 for a wrong key', async () => {
    const { search } = await desk({ key: 'other-id:other-secret' });
    const { code, json } = await search('acme', '--json');
    expect(code).toBe(4);
    expect(json()).toMatchObject({ status: 'error', error: { kind: 'auth' } });
  });

  it('exit 7 when fal does not answer', async () => {
    const { search } = await desk({ toxics: [{ type: 'status', on: 'models', code: 503 } as never] });
    expect((await search('acme')).code).toBe(7);
  });

  it('of the prices alone: the rest is shown', async () => {
    const { search } = await desk({ toxics: [{ type: 'status', on: 'pricing', code: 503 } as never] });
    const result = await search('acme/fill');
    expect(result.code).toBe(0);
    expect(rowsOf(result)).toMatchObject([{ endpoint: 'acme/fill', price: '-' }]);
    expect(result.stderr).toContain('Not all prices are known:');
  });
});

describe('what fal says is not trusted', () => {
  const TITLE = 'Fill\u001b[2J\u001b]0;pwned\u0007\r\nfal-ai/other\tyes\u202e';

  it('no text moves the cursor or makes a row or a cell', async () => {
    const documents = [
      { endpoint: 'acme/fill', openapi: schemaOf('acme/fill'), metadata: { display_name: TITLE } },
    ];
    const { search } = await desk({ documents });
    const result = await search('acme');
    expect(result.stdout.replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(rowsOf(result)).toMatchObject([{ endpoint: 'acme/fill', title: 'Fill fal-ai/other yes' }]);
    expect(result.stdout.trimEnd().split('\n')).toHaveLength(2);
    expect((await search('acme', '--json')).json()).toMatchObject({ models: [{ title: TITLE }] });
  });

  it('a document that contains itself, and one without end', async () => {
    const openapi = retitled('acme/fill', 'acme/loop');
    const text = JSON.stringify(openapi).replace(/"type":"string"/, '"$ref":"#/paths"');
    const deep = retitled('acme/fill', 'acme/deep') as { components: { schemas: object } };
    let node: object = { type: 'string' };
    for (let level = 0; level < 200; level++) node = { type: 'array', items: node };
    for (const schema of Object.values(deep.components.schemas) as { properties?: object }[]) {
      if (schema.properties !== undefined) schema.properties = { ...schema.properties, deep: node };
    }
    const documents = [
      { endpoint: 'acme/loop', openapi: JSON.parse(text) as Record<string, unknown> },
      { endpoint: 'acme/deep', openapi: deep as Record<string, unknown> },
      { endpoint: 'acme/upscale', openapi: schemaOf('acme/upscale') },
    ];
    const { search } = await desk({ documents });
    const result = await search('acme');
    expect(result.code, result.stderr).toBe(0);
    const rows = rowsOf(result);
    expect(rows).toHaveLength(3);
    expect(rows.find(({ endpoint }) => endpoint === 'acme/deep')?.title).toMatch(
      /cannot be used: its schema is more than/,
    );
    expect(rows.find(({ endpoint }) => endpoint === 'acme/upscale')?.pictures).toBe('1');
  });
});

test('the help fits 80 columns', () => {
  expect(
    helpText(pageOf(SEARCH))
      .split('\n')
      .filter((line) => line.length > 80),
  ).toEqual([]);
});
