/* Commands about an edit with an unlisted model, run in another folder by a program that has no schema of it. */
import { access, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { SANDBOX_KEY } from '../../../src/fal/connection.js';
import { LOST } from '../../edit/reconcile/scene.js';
import { folderWithPhoto, quickly } from '../../edit/harness.js';
import { front, sendJson } from '../../fal/servers.js';
import { runFresh } from '../../support/fresh-cli.js';
import type { CliResult } from '../../support/run-cli.js';
import { sandbox, type TestSandboxSettings } from '../../support/sandbox.js';
import { schemaDocuments } from '../../support/schemas.js';
import { tempDir } from '../../support/temp-dir.js';

const FILL = ['cat.png', '-m', 'acme/fill', '-p', 'a hat', '--file', 'mask_url=cat.png'];

async function scene(settings: TestSandboxSettings = {}) {
  const fal = await sandbox({ documents: schemaDocuments(), renderPictures: false, ...settings });
  let forgets = false;
  const proxy = await front(
    fal,
    ({ target }, response) =>
      forgets && target.includes('expand=openapi-3.0') && sendJson(response, 200, { models: [] }),
  );
  const [own, other] = [await folderWithPhoto(), await tempDir()];
  const [config, cache, state] = ['config', 'cache', 'state'].map((name) => path.join(own, '.home', name));
  const env = { FAL_PROXY_URL: proxy.url, FAL_KEY: SANDBOX_KEY };
  const runIn = (cwd: string, argv: readonly string[]): Promise<CliResult> =>
    runFresh(argv, {
      ...{ cwd, env },
      context: { sleep: quickly, folders: { config: config!, cache: cache!, state: state! } },
    });
  const send = async (...flags: string[]): Promise<CliResult> => {
    const result = await runIn(own, [...FILL, ...flags]);
    forgets = true;
    await rm(cache!, { recursive: true });
    return result;
  };
  return {
    ...{ fal, own, other, send },
    run: (...argv: string[]) => runIn(other, argv),
  };
}

it('status, wait and result', async () => {
  const { fal, own, send, run } = await scene();
  const { code, stdout, stderr } = await send('--detach');
  expect(code, stderr).toBe(0);
  const id = stdout.trim();
  expect((await run('status', id, '--json')).json()).toMatchObject({
    requests: [{ endpoint: 'acme/fill', schema_hash: expect.stringMatching(/^[0-9a-f]{64}$/) }],
  });
  const waited = await run('wait', id, '--json');
  expect(waited.code, waited.stderr).toBe(0);
  const { images, warnings } = waited.json<{ images: { path: string }[]; warnings: string[] }>();
  // Where the command that sent it would have saved it.
  expect(images.map(({ path: file }) => path.dirname(path.resolve(own, file)))).toEqual([own]);
  await access(images[0]!.path);
  expect(warnings).toEqual([]);
  const result = await run('result', id, '--json');
  expect(result.code, result.stderr).toBe(0);
  expect(JSON.stringify(result.json())).toContain('images');
  expect(fal.ledger().accepted).toHaveLength(1);
});

it('cancel', async () => {
  const { fal, send, run } = await scene({ queueMs: 60_000 });
  const { stdout } = await send('--detach');
  const { code, stderr } = await run('cancel', stdout.trim());
  expect(code, stderr).toBe(0);
  expect(fal.ledger()).toMatchObject({ charges: 0, accepted: [{ endpoint: 'acme/fill' }] });
});

it('reconcile', async () => {
  const { fal, send, run } = await scene();
  fal.addToxic(LOST);
  expect((await send()).code).toBe(9);
  const { code, stderr, json } = await run('reconcile', '--all', '--json');
  expect(code, stderr).toBe(0);
  expect(json()).toMatchObject({ jobs: [{ outcome: 'accepted', state: 'saved', images: [{}] }] });
  expect(fal.ledger().accepted).toHaveLength(1);
});
