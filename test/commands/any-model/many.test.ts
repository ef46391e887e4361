import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { batch, compare } from '../../../src/index.js';
import { folderWithPhoto, quickly } from '../../edit/harness.js';
import { runCli } from '../../support/run-cli.js';
import { sandbox } from '../../support/sandbox.js';
import { schemaDocuments, schemaFile } from '../../support/schemas.js';

async function scene() {
  const fal = await sandbox({ documents: schemaDocuments(), renderPictures: false });
  const cwd = await folderWithPhoto();
  const context = { sleep: quickly };
  return {
    ...{ fal, cwd },
    run: (...argv: string[]) => runCli(argv, { cwd, env: fal.env, context }),
    endpoints: () =>
      fal
        .ledger()
        .accepted.map(({ endpoint }) => endpoint)
        .sort(),
    schemaRequests: () => fal.ledger().requests.by_role.models,
  };
}

describe('any endpoint', () => {
  it('is compared with a listed model, and with settings of its own', async () => {
    const { run, endpoints, schemaRequests, cwd } = await scene();
    const models = 'flux-general,acme/cutout/v2,acme/paint/edit';
    const words = ['compare', 'cat.png', '-p', 'a watercolor', '--models', models];
    const { code, stderr } = await run(...words, 'acme/paint/edit.format=jpeg', '-y', '--assume-cost', '1');
    expect(code, stderr).toBe(0);
    expect(endpoints()).toEqual(['acme/cutout/v2', 'acme/paint/edit', 'fal-ai/flux-general/image-to-image']);
    expect(schemaRequests()).toBe(2);
    expect(await readdir(path.join(cwd, 'compare.out', 'pictures'))).toHaveLength(3);
  });

  it('is an axis of a sweep', async () => {
    const { run, endpoints, schemaRequests } = await scene();
    const { code, stderr } = await run(
      ...['sweep', 'cat.png', '-p', 'a watercolor', '--vary', 'model=flux-dev,acme/paint/edit'],
      ...['-y', '--assume-cost', '1'],
    );
    expect(code, stderr).toBe(0);
    expect(endpoints()).toEqual(['acme/paint/edit', 'fal-ai/flux/dev/image-to-image']);
    expect(schemaRequests()).toBe(1);
  });

  it('is migrated to and from, without a key', async () => {
    const { run, cwd } = await scene();
    const input = { prompt: 'a watercolor', image_urls: ['https://example.com/a.png'] };
    await writeFile(path.join(cwd, 'a.json'), JSON.stringify({ endpoint: 'acme/paint/edit', input }));
    const { code, json, stderr } = await run('migrate', 'a.json', '--to', 'flux-general', '--json');
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({ from: 'acme/paint/edit', to: 'flux-general' });
    const back = await run('migrate', 'a.json', '--to', 'acme/brush/lora', '--json');
    expect(back.json()).toMatchObject({ to: 'acme/brush/lora' });
  });

  it('is shown, and unknown ones are not', async () => {
    const { run } = await scene();
    expect((await run('models', 'acme/paint/edit')).stdout).toContain('acme/paint/edit');
    expect((await run('models', 'acme/paint/edit', '--schema', schemaFile('acme/fill'))).code).toBe(2);
  });

  it('is taken by rows, and documents from disk by the batch', async () => {
    const { run, cwd, schemaRequests } = await scene();
    await writeFile(path.join(cwd, 'rows.csv'), 'image,model,prompt\ncat.png,acme/paint/edit,a watercolor\n');
    const schema = ['--schema', schemaFile('acme/paint/edit')];
    const unused = await run('batch', 'rows.csv', '-y', ...schema, '--schema', schemaFile('acme/fill'));
    expect(unused.code).toBe(2);
    expect(unused.stderr).toMatch(/acme__fill\.json describes acme\/fill/);
    const { code, stderr } = await run('batch', 'rows.csv', '-y', '--assume-cost', '1', ...schema);
    expect(code, stderr).toBe(0);
    expect(schemaRequests()).toBeUndefined();
    expect((await run('batch', 'rows.csv', '--frozen', '--assume-cost', '1', ...schema)).code).toBe(0);
  });
});

describe('in the library', () => {
  async function call() {
    const cwd = await folderWithPhoto();
    const folder = path.join(cwd, '.home');
    const folders = { config: folder, cache: folder, state: folder };
    return {
      ...{ sandbox: true, schema: schemaFile('acme/paint/edit'), outDir: 'out' },
      context: { cwd, env: {}, folders, sleep: quickly },
    };
  }

  it('a batch takes documents from disk', async () => {
    const rows = [{ images: 'cat.png', model: 'acme/paint/edit', prompt: 'a watercolor' }];
    expect(await batch({ ...(await call()), rows })).toMatchObject({
      rows: [{ endpoint: 'acme/paint/edit', state: 'done' }],
    });
  });

  it('a comparison takes them too', async () => {
    const models = ['flux-dev', 'acme/paint/edit'];
    const settings = { 'acme/paint/edit': { format: 'jpeg' as const } };
    const result = await compare({
      ...(await call()),
      ...{ images: 'cat.png', prompt: 'a watercolor', models, settings },
    });
    expect(result.rows.map(({ endpoint }) => endpoint).sort()).toEqual([
      'acme/paint/edit',
      'fal-ai/flux/dev/image-to-image',
    ]);
  });
});
