/* What the library takes and gives back, beyond what it has in common with the command. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { edit, estimate, wait, type EditCall, type EditResult } from '../../src/index.js';
import { sha256Of } from '../../src/sha256.js';
import { folderWithPhoto, leftIn, quickly } from '../edit/harness.js';
import { stateIn } from '../support/ledger.js';
import { sandbox } from '../support/sandbox.js';

/** A folder with cat.png, and what the library needs to stay within it. */
async function place(env: Record<string, string> = {}) {
  const cwd = await folderWithPhoto();
  const home = (name: string): string => path.join(cwd, '.home', name);
  const folders = { config: home('config'), cache: home('cache'), state: stateIn(cwd) };
  return { cwd, context: { cwd, env, folders, sleep: quickly } };
}

describe('options', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['a misspelt name', { strenght: 0.5 }, 'strenght: unknown option. Did you mean strength?'],
    ['a flag', { 'num-images': 2 }, 'num-images: unknown option. Did you mean numImages?'],
    ['nothing like any', { foo: 1 }, 'foo: unknown option.'],
    ['a text for a number', { strength: '0.5' }, 'strength must be a number.'],
    ['a LoRA of another form', { loras: [{ url: 'a/b' }] }, 'loras.0.path must be a string.'],
    ['no pictures', { images: 7 }, 'images must be a path, a URL, the bytes'],
    ['no prompt', { prompt: undefined }, 'prompt is missing. It must be text.'],
    ['stdin', { images: '-' }, 'images: "-" works only on the command line.'],
    ['stdout', { output: '-' }, 'output: "-" works only on the command line.'],
    ['a file and no file', { output: 'a.png', inMemory: true }, 'inMemory and output exclude each other.'],
    [
      'two ways to fal',
      { sandbox: true, proxyUrl: 'http://127.0.0.1:1' },
      'sandbox and proxyUrl exclude each other.',
    ],
    ['several pictures in memory', { inMemory: true, numImages: 2 }, 'inMemory'],
    [
      'a strength that there is not',
      { strength: 2 },
      'strength must be a number from 0.01 to 1 for flux-general, not 2.',
    ],
    [
      'a setting that the model lacks',
      { expandPrompt: true },
      'expandPrompt: flux-general has no such setting',
    ],
    ['a model that there is not', { model: 'flux2' }, 'model: unknown model "flux2".'],
  ])('%s: in the names of the options', async (_, more, message) => {
    const { context } = await place();
    const call = { images: 'cat.png', prompt: 'snow', sandbox: true, context, ...more } as EditCall;
    await expect(edit(call)).rejects.toMatchObject({
      kind: 'usage',
      charged: 'no',
      message: expect.stringContaining(message),
    });
  });

  it('wait takes none of an edit', async () => {
    const { context } = await place();
    await expect(wait('abcd1234', { context, strength: 1 } as object)).rejects.toMatchObject({
      message: 'strength: unknown option.',
    });
  });
});

it('edits one picture by its path, on the built-in sandbox', async () => {
  const { cwd, context } = await place();
  const result: EditResult = await edit({ images: 'cat.png', prompt: 'snow', sandbox: true, context });
  expect(result).toMatchObject({ sandbox: true, state: 'saved', model: 'flux-general' });
  expect(await leftIn(cwd)).toEqual(['cat.edit.png']);
  await expect(sharp(result.images[0]!.path!).metadata()).resolves.toMatchObject({ width: 96, height: 64 });
});

it('the built-in sandbox is on this machine, whatever proxies the environment names', async () => {
  const { context } = await place({ https_proxy: 'socks5://127.0.0.1:1', FAL_PROXY_URL: 'nonsense' });
  const result = await edit({ images: 'cat.png', prompt: 'snow', sandbox: true, context });
  expect(result.state).toBe('saved');
});

it('takes bytes and gives bytes back, and leaves no file', async () => {
  const { cwd, context } = await place();
  const bytes = await readFile(path.join(cwd, 'cat.png'));
  const result = await edit({ images: bytes, prompt: 'snow', inMemory: true, sandbox: true, context });
  const [image] = result.images;
  expect(image).toMatchObject({ path: null, sha256: sha256Of(image!.data!) });
  await expect(sharp(image!.data).metadata()).resolves.toMatchObject({
    format: 'png',
    width: 96,
    height: 64,
  });
  expect(await leftIn(cwd)).toEqual([]);
});

it('sends the very bytes that it was given', async () => {
  const fal = await sandbox();
  const { cwd, context } = await place(fal.env);
  const bytes = await readFile(path.join(cwd, 'cat.png'));
  await edit({ images: [new Uint8Array(bytes)], prompt: 'snow', inMemory: true, context });
  await edit({ images: 'cat.png', prompt: 'snow', context });
  const [first, second] = fal.ledger().uploads;
  expect(first!.sha256).toBe(second!.sha256);
});

it('estimates what an edit costs, without a key and without the network', async () => {
  const { cwd, context } = await place();
  const { grade, usd, unitUsd, units } = await estimate({ images: 'cat.png', prompt: 'snow', context });
  expect({ grade, usd, unitUsd, units }).toEqual({
    ...{ grade: 'calculated', usd: 0.075, unitUsd: 0.075, units: 1 },
  });
  expect(await leftIn(cwd)).toEqual([]);
});

describe('wait', () => {
  it('fetches what an edit left at fal, and pays nothing', async () => {
    const fal = await sandbox({ inferenceMs: 700 });
    const { cwd, context } = await place(fal.env);
    const call = { images: 'cat.png', prompt: 'snow', context };
    const error = await edit({ ...call, timeoutMs: 400 }).then(
      () => undefined,
      (thrown: unknown) => thrown as { details: { request_id: string } },
    );
    const id = error!.details.request_id;
    const result = await wait(id, { context });
    expect(result).toMatchObject({ requestId: id, state: 'saved' });
    expect(await leftIn(cwd)).toEqual(['cat.edit.png']);
    // Again: it is there.
    expect(await wait(id.slice(0, 8), { context })).toMatchObject({ requestId: id, state: 'saved' });
    expect(fal.ledger().accepted).toHaveLength(1);
  });

  it('says where there is no such edit', async () => {
    const { context } = await place();
    await expect(wait('abcd1234', { context })).rejects.toMatchObject({
      kind: 'input',
      message: 'There is no edit "abcd1234" in the ledger.',
    });
  });
});
