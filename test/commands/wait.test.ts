import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { leftIn, statusToxic, type Document } from '../edit/harness.js';
import { stateIn } from '../support/ledger.js';
import { tempDir } from '../support/temp-dir.js';
import { controlScene, type Several } from './control-scene.js';

describe('one request', () => {
  it('is saved where its own command would have put it, and paid for once', async () => {
    const { fal, cwd, run, detach, job } = await controlScene({ inferenceMs: 50 });
    const id = await detach('--num-images', '2');
    const result = await run(['wait', id]);
    expect({ code: result.code, stdout: result.stdout }, result.stderr).toEqual({
      code: 0,
      stdout: 'cat.edit.png\ncat.edit.2.png\n',
    });
    expect(await leftIn(cwd)).toEqual(['cat.edit.2.png', 'cat.edit.png']);
    expect(await job()).toMatchObject({ state: 'saved', billedUnits: 2 });
    expect(fal.ledger().accepted).toHaveLength(1);
  });

  it('is saved in the folder of its own command, from whatever folder it is waited for', async () => {
    const { cwd, run, detach, fal } = await controlScene();
    const id = await detach();
    const elsewhere = await tempDir();
    const env = { ...fal.env, FAL_EDIT_STATE_DIR: stateIn(cwd) };
    const result = await run(['wait', id], { cwd: elsewhere, env });
    expect(result.stdout, result.stderr).toBe(`${path.join(cwd, 'cat.edit.png')}\n`);
    expect(await leftIn(elsewhere)).toEqual([]);
  });

  test.each<[string[], string]>([
    [['-o', 'out.png'], 'out.png'],
    [['-o', 'deep/'], 'deep/cat.edit.png'],
    [['-o', '{model}-{name}.{ext}'], 'flux-general-cat.png'],
  ])('goes to %j as %s', async (flags, file) => {
    const { cwd, run, detach } = await controlScene();
    const result = await run(['wait', await detach(), ...flags]);
    expect({ code: result.code, stdout: result.stdout }, result.stderr).toEqual({
      code: 0,
      stdout: `${file}\n`,
    });
    expect(await sharp(path.join(cwd, file)).metadata()).toMatchObject({ format: 'png' });
  });

  it('goes to stdout as bytes and nothing else', async () => {
    const { cwd, run, detach, job } = await controlScene();
    const result = await run(['wait', await detach(), '-o', '-']);
    expect(await sharp(result.stdoutBytes).metadata()).toMatchObject({ format: 'png' });
    expect(await leftIn(cwd)).toEqual([]);
    expect(await job()).toMatchObject({ state: 'saved' });
  });

  it('has the document of an edit', async () => {
    const { run, detach } = await controlScene();
    const id = await detach('--seed', '7');
    const result = await run(['wait', id, '--json']);
    expect(result.json<Document>()).toMatchObject({
      status: 'ok',
      request_id: id,
      state: 'saved',
      seed: 7,
      prompt: 'snow',
      images: [{ path: 'cat.edit.png' }],
      cost: { billed_units: 1, billed_usd: 0.075 },
    });
  });

  it('replaces a file only with --force', async () => {
    const { cwd, run, detach } = await controlScene();
    const id = await detach();
    await writeFile(path.join(cwd, 'mine.png'), 'mine');
    const refused = await run(['wait', id, '-o', 'mine.png']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('already exists');
    expect(await readFile(path.join(cwd, 'mine.png'), 'utf8')).toBe('mine');
    expect((await run(['wait', id, '-o', 'mine.png', '-f'])).code).toBe(0);
    expect(await sharp(path.join(cwd, 'mine.png')).metadata()).toMatchObject({ format: 'png' });
  });

  it('is left at fal at the deadline, and can be waited for again', async () => {
    const { fal, run, detach, job } = await controlScene({
      toxics: [{ type: 'pause', on: 'result', stream: 'upstream', name: 'slow' }],
    });
    const id = await detach();
    const late = await run(['wait', id, '--timeout', '200ms']);
    expect({ code: late.code, stdout: late.stdout }).toEqual({ code: 7, stdout: '' });
    expect(await job()).toMatchObject({ state: 'accepted', owner: undefined });
    fal.release('slow');
    expect((await run(['wait', id])).stdout).toBe('cat.edit.png\n');
  });

  it('is cancelled at the deadline where that is asked for', async () => {
    const { run, detach, job } = await controlScene({ queueMs: 60_000 });
    const result = await run(['wait', await detach(), '--timeout', '200ms', '--cancel-on-timeout']);
    expect(result.code).toBe(7);
    expect(await job()).toMatchObject({ state: 'cancelled', charged: 'no' });
  });
});

describe('one that was saved before', () => {
  it('is told again, without the network and without a key', async () => {
    const { fal, run, detach } = await controlScene();
    const id = await detach();
    await run(['wait', id]);
    const before = fal.ledger().requests.total;
    const again = await run(['wait', id], { env: {} });
    expect({ code: again.code, stdout: again.stdout }, again.stderr).toEqual({
      code: 0,
      stdout: 'cat.edit.png\n',
    });
    const document = (await run(['wait', id, '--json'], { env: {} })).json<Document>();
    expect(document).toMatchObject({ status: 'ok', images: [{ path: 'cat.edit.png' }] });
    expect(fal.ledger().requests.total).toBe(before);
  });

  it('is fetched again where its file is gone', async () => {
    const { cwd, run, detach } = await controlScene();
    const id = await detach();
    await run(['wait', id]);
    await rm(path.join(cwd, 'cat.edit.png'));
    expect((await run(['wait', id])).stdout).toBe('cat.edit.png\n');
    expect(await leftIn(cwd)).toEqual(['cat.edit.png']);
  });

  it('is fetched again beside a file that was changed', async () => {
    const { cwd, run, detach } = await controlScene();
    const id = await detach();
    await run(['wait', id]);
    await writeFile(path.join(cwd, 'cat.edit.png'), 'painted over');
    expect((await run(['wait', id])).stdout).toBe('cat.edit.2.png\n');
    expect(await readFile(path.join(cwd, 'cat.edit.png'), 'utf8')).toBe('painted over');
  });

  it('becomes a file where its bytes went to a stream', async () => {
    const { run, detach } = await controlScene();
    const id = await detach();
    await run(['wait', id, '-o', '-']);
    expect((await run(['wait', id])).stdout).toBe('cat.edit.png\n');
  });
});

it('two waits at once on one request make one file, and both name it', async () => {
  const { fal, cwd, run, detach, job } = await controlScene({ inferenceMs: 100 });
  const id = await detach();
  const results = await Promise.all([run(['wait', id]), run(['wait', id]), run(['wait', 'last'])]);
  for (const { code, stdout, stderr } of results) {
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: 'cat.edit.png\n' });
  }
  expect(await leftIn(cwd)).toEqual(['cat.edit.png']);
  expect(await job()).toMatchObject({ state: 'saved' });
  expect(fal.ledger().accepted).toHaveLength(1);
});

describe('several requests', () => {
  it('are told in the order in which they are named, each once', async () => {
    const { run, detach } = await controlScene();
    const first = await detach('-o', 'first.png');
    const second = await detach('-o', 'second.png');
    const result = await run(['wait', second, first, second.slice(0, 8)]);
    expect(result.stdout, result.stderr).toBe('second.png\nfirst.png\n');
  });

  it('have a document of their own each', async () => {
    const { run, detach } = await controlScene();
    const ids = [await detach(), await detach()];
    const document = (await run(['wait', ...ids, '--json'])).json<Several>();
    expect(document).toMatchObject({
      status: 'ok',
      requests: ids.map((id) => ({ status: 'ok', request_id: id, state: 'saved' })),
    });
    expect(new Set(document.requests.map(({ images }) => images[0]?.path)).size).toBe(2);
  });

  it('end as partial where some failed', async () => {
    const { fal, run, detach } = await controlScene();
    const bad = await detach('--seed', '1');
    const good = await detach('--seed', '2', '-o', 'good.png');
    fal.addToxic({
      ...statusToxic('result', 500, { detail: 'broken' }, { 'x-fal-billable-units': '0' }),
      times: 1,
    });
    await run(['wait', bad]);
    const result = await run(['wait', bad, good, '--json']);
    expect(result.code).toBe(3);
    expect(result.json<Several>()).toMatchObject({
      status: 'error',
      error: { kind: 'partial' },
      requests: [
        { status: 'error', request_id: bad, error: { kind: 'failed' } },
        { status: 'ok', request_id: good, images: [{ path: 'good.png' }] },
      ],
    });
    expect(result.stderr).toContain(bad);
  });
});
