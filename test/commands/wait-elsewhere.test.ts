import { describe, expect, it } from 'vitest';
import { leftIn, statusToxic, type Document } from '../edit/harness.js';
import { jobsIn, stateIn } from '../support/ledger.js';
import { tempDir } from '../support/temp-dir.js';
import { controlScene, type Several } from './control-scene.js';

describe('a request that was not sent from here', () => {
  it('is fetched with --model, and is in the ledger from then on', async () => {
    const { run, detach } = await controlScene();
    const id = await detach('-m', 'flux-2-lora', '--seed', '7', '--format', 'webp');
    const cwd = await tempDir();
    const result = await run(['wait', id, '-m', 'flux-2-lora'], { cwd });
    expect({ code: result.code, stdout: result.stdout }, result.stderr).toEqual({
      code: 0,
      stdout: `${id}.edit.webp\n`,
    });
    const [job] = await jobsIn(stateIn(cwd));
    expect(job).toMatchObject({ requestId: id, state: 'saved', prompt: 'snow', seed: 7 });
    expect((await run(['wait', id], { cwd, env: {} })).stdout).toBe(`${id}.edit.webp\n`);
  });

  it('is fetched where fal shows no history, each of its pictures under a name of its own', async () => {
    const { fal, run, detach } = await controlScene({ toxics: [statusToxic('history', 401, 'no')] });
    const id = await detach('--num-images', '2');
    const cwd = await tempDir();
    const result = await run(['wait', id, '-m', 'flux-general', '-o', 'out.png', '-f'], { cwd });
    expect(result.stdout, result.stderr).toBe('out.png\nout.2.png\n');
    expect(await leftIn(cwd)).toEqual(['out.2.png', 'out.png']);
    expect(fal.ledger().accepted).toHaveLength(1);
  });

  it('is refused, and not put into the ledger, where fal does not know it', async () => {
    const { cwd, run } = await controlScene();
    const id = '00000000-0000-4000-8000-000000000000';
    const result = await run(['wait', id, '-m', 'flux-general', '--json']);
    expect(result.code).toBe(1);
    expect(result.json<Document>()).toMatchObject({ status: 'error', error: { kind: 'failed' } });
    expect(await jobsIn(stateIn(cwd))).toEqual([]);
  });

  it('does not stop the others', async () => {
    const { run, detach } = await controlScene();
    const good = await detach();
    const bad = '00000000-0000-4000-8000-000000000000';
    const result = await run(['wait', bad, good, '-m', 'flux-general', '--json']);
    expect(result.code).toBe(3);
    expect(result.json<Several>().requests).toMatchObject([
      { status: 'error', request_id: bad },
      { status: 'ok', request_id: good },
    ]);
  });
});

describe('a request that was sent another way than fal is reached now', () => {
  it('is fetched where fal knows it all the same, with a warning', async () => {
    const { fal, run, detach } = await controlScene();
    const id = await detach();
    const env = { ...fal.env, FAL_PROXY_URL: `${fal.proxyUrl}?other` };
    const result = await run(['wait', id], { env });
    expect(result.stdout, result.stderr).toBe('cat.edit.png\n');
    expect(result.stderr).toMatch(/^warning: .* was sent through http.* now\.$/m);
  });

  it.each([
    ['wait', 'ID'],
    ['wait', '--unfinished'],
  ])('is not written off where that one has never heard of it: %s %s', async (...argv) => {
    const { run, detach, job } = await controlScene();
    const other = await controlScene();
    const id = await detach();
    const result = await run(
      argv.map((word) => (word === 'ID' ? id : word)),
      { env: other.fal.env },
    );
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 1, stdout: '' });
    expect(result.stderr).toContain('--proxy-url');
    expect(await job()).toMatchObject({ state: 'accepted' });
    expect((await run(['wait', id])).stdout).toBe('cat.edit.png\n');
  });
});

describe('defaults that are meant for edits', () => {
  it.each([
    { FAL_EDIT_OUTPUT: 'other.png' },
    { FAL_EDIT_MODEL: 'flux-2-lora' },
    { FAL_EDIT_SANDBOX: '1' },
    { FAL_EDIT_DETACH: '1', FAL_EDIT_PROMPT: 'x', FAL_EDIT_PROMPT_FILE: '-', FAL_EDIT_DRY_RUN: '1' },
  ])('do not disturb: %j', async (defaults) => {
    const { fal, run, detach } = await controlScene();
    const id = await detach();
    const result = await run(['wait', id], { env: { ...fal.env, ...defaults } });
    expect({ code: result.code, stdout: result.stdout }, result.stderr).toEqual({
      code: 0,
      stdout: 'cat.edit.png\n',
    });
  });
});
