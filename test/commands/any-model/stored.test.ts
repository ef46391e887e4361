import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { front, sendJson } from '../../fal/servers.js';
import { folderWithPhoto, quickly } from '../../edit/harness.js';
import { runCli } from '../../support/run-cli.js';
import { sandbox } from '../../support/sandbox.js';
import { schemaDocuments, schemaOf } from '../../support/schemas.js';

const START = Date.UTC(2026, 10, 1);
const HOUR = 60 * 60_000;
const CUTOUT = 'acme/cutout/v2';

/** A fal with the test documents; it can lose them, or publish another one of an endpoint. */
async function scene() {
  const fal = await sandbox({ documents: schemaDocuments(), renderPictures: false });
  const state = { now: START, newer: false, forgets: false };
  const isSchema = (target: string): boolean => target.includes('expand=openapi-3.0');
  const proxy = await front(fal, ({ target }, response) => {
    if (!isSchema(target)) return false;
    if (state.forgets) return sendJson(response, 200, { models: [] });
    if (!state.newer) return false;
    const openapi = { ...schemaOf(CUTOUT), info: { title: 'another one' } };
    return sendJson(response, 200, { models: [{ endpoint_id: CUTOUT, openapi }] });
  });
  const cwd = await folderWithPhoto();
  const env = { FAL_PROXY_URL: proxy.url, FAL_KEY: 'sandbox:no-key-needed' };
  return {
    ...{ fal, cwd, state },
    schemaVisits: () => proxy.visits.filter(({ target }) => isSchema(target)).length,
    run: (...argv: string[]) => runCli(argv, { cwd, env, context: { now: () => state.now, sleep: quickly } }),
    forgetCache: async () => {
      state.forgets = true;
      await rm(path.join(cwd, '.home', 'cache'), { recursive: true });
    },
  };
}

describe('an edit that was sent with a schema', () => {
  it('names it in the list of requests, which can be filtered by the model', async () => {
    const { run } = await scene();
    await run('cat.png', '-m', CUTOUT);
    const { requests } = (await run('requests', '--json', '-m', CUTOUT)).json<{ requests: object[] }>();
    expect(requests).toMatchObject([
      { model: CUTOUT, endpoint: CUTOUT, schema_hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect((await run('requests', '--json', '-m', 'acme/fill')).json()).toMatchObject({ requests: [] });
  });

  it('is fetched by that schema when fal has a newer one, with a warning', async () => {
    const { run, state } = await scene();
    const { stdout: id } = await run('cat.png', '-m', CUTOUT, '--detach');
    state.now += 25 * HOUR;
    state.newer = true;
    expect((await run('models', CUTOUT)).code).toBe(0);
    const { code, json } = await run('wait', id.trim(), '--json', '-o', 'out/');
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      state: 'saved',
      warnings: [
        'The schema of acme/cutout/v2 has changed since this edit was requested; its own one is used.',
      ],
    });
  });

  it('is fetched without it when it is gone', async () => {
    const { run, forgetCache } = await scene();
    const { stdout: id } = await run('cat.png', '-m', CUTOUT, '--detach');
    await forgetCache();
    const { code, stdout } = await run('wait', id.trim(), '-o', 'out/');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^out\/.*\.png\n/) });
  });

  it('is fetched by its id where no ledger knows it', async () => {
    const { run, fal, forgetCache, cwd } = await scene();
    await run('cat.png', '-m', CUTOUT);
    const id = fal.ledger().accepted[0]!.request_id;
    await rm(path.join(cwd, '.home', 'state'), { recursive: true });
    await forgetCache();
    const { code, stderr } = await run('wait', id, '-m', CUTOUT, '-o', 'out/');
    expect(code, stderr).toBe(0);
  });
});

describe('a batch of several models', () => {
  const ROWS = ['image,model,prompt', `cat.png,${CUTOUT},`, 'cat.png,acme/paint/edit,a watercolor'];

  it('reads each schema once, and can be collected when they are gone', async () => {
    const { run, cwd, schemaVisits, forgetCache } = await scene();
    await writeFile(path.join(cwd, 'rows.csv'), [...ROWS, 'cat.png,acme/paint/edit,a drawing'].join('\n'));
    const sent = await run('batch', 'rows.csv', '--submit-only', '-y');
    expect(sent.code, sent.stderr).toBe(0);
    expect(schemaVisits()).toBe(2);
    await forgetCache();
    const collected = await run('batch', '--collect', '--out-dir', 'rows.sandbox.out', '--json');
    expect(collected.code, collected.stderr).toBe(0);
    expect(collected.json()).toMatchObject({ states: { done: 3 } });
  });

  it('is refused as a whole where the schema of one row is missing', async () => {
    const { run, cwd, fal } = await scene();
    await writeFile(path.join(cwd, 'rows.csv'), [...ROWS, 'cat.png,acme/nothing,x'].join('\n'));
    const { code, stderr } = await run('batch', 'rows.csv', '-y');
    expect(code).toBe(2);
    expect(stderr).toMatch(/rows\.csv:4: model: .*has no endpoint acme\/nothing/);
    expect(fal.ledger().accepted).toEqual([]);
  });
});
