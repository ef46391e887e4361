import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, test } from 'vitest';
import { MODELS } from '../../../src/models/registry.js';
import { intend, jobIn, plan } from '../../ledger/machine.js';
import { openLedgerIn, stateIn } from '../../support/ledger.js';
import { desk, STORY } from './scene.js';

const TRANSLATED = {
  prompt: STORY.prompt,
  image_urls: [STORY.image_url],
  num_inference_steps: 28,
  guidance_scale: 3.5,
  seed: 42,
};

it('answers the question of the story on one screen', async () => {
  const { run } = await desk({ 'request.json': STORY });
  const { code, stdout, stderr } = await run(['request.json'], { to: 'flux-2-lora' }, { tty: true });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(TRANSLATED);
  const lines = `${stderr}${stdout}`.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(Math.max(...lines.map((line) => stripVTControlCharacters(line).length))).toBeLessThanOrEqual(80);
});

it('has one aligned line a field where stderr is no terminal', async () => {
  const { run } = await desk({ 'request.json': STORY });
  const { stderr } = await run(['request.json'], { to: 'flux-2-lora' });
  expect(stderr.trimEnd().split('\n')).toEqual([
    'From flux-general (by its fields; --from sets it) to flux-2-lora:',
    'kept      prompt',
    'reshaped  image_url → image_urls  a list',
    expect.stringMatching(
      /^dropped {3}strength {16}no counterpart in flux-2-lora, which edits by instruction\./,
    ),
    'kept      num_inference_steps',
    'kept      guidance_scale          the default of flux-2-lora is 2.5',
    expect.stringMatching(/^dropped {3}loras .*FLUX\.1 \[dev\] do not fit FLUX\.2 \[dev\]\. .*--keep-loras/),
    'kept      seed                    the same seed gives a different picture on another model',
    expect.stringMatching(/^dropped {3}negative_prompt /),
  ]);
});

it('says that a tuned image_strength had no effect', async () => {
  const { strength, ...rest } = STORY;
  const { run } = await desk({ 'seed.json': { ...rest, image_strength: strength } });
  const { stdout, stderr } = await run(['seed.json']);
  expect(stderr).toMatch(/^ignored .*image_strength .*0\.6 had no effect: fal used strength 0\.85/m);
  expect(JSON.parse(stdout)).toEqual(TRANSLATED);
  const kept = await run(['seed.json'], { to: 'flux-dev' });
  expect(JSON.parse(kept.stdout)).not.toHaveProperty('strength');
  expect(kept.stderr).toMatch(/image_strength .*Set strength to use it/);
  expect(kept.stderr).toMatch(/default differs +strength .*Set strength to 0\.85 to keep the old one/);
});

it('goes back', async () => {
  const { run } = await desk({ 'request.json': { endpoint: 'fal-ai/flux-2/lora/edit', input: TRANSLATED } });
  const { stdout, stderr } = await run(['request.json']);
  expect(stderr).toMatch(/^From flux-2-lora to flux-general \(--to sets it\):/);
  const { image_urls: urls, ...same } = TRANSLATED;
  expect(JSON.parse(stdout)).toEqual({ ...same, image_url: urls[0] });
});

describe('--json', () => {
  it('is one document, and nothing on stderr', async () => {
    const { run } = await desk({ 'request.json': STORY });
    const { stderr, json } = await run(['request.json'], { json: true });
    expect(stderr).toBe('');
    const document = json<{ fates: unknown[] }>();
    expect(document).toMatchObject({
      schema_version: 1,
      status: 'ok',
      from: 'flux-general',
      to: 'flux-2-lora',
      input: TRANSLATED,
    });
    expect(document.fates).toContainEqual({
      field: 'image_url',
      fate: 'reshaped',
      to: 'image_urls',
      why: 'a list',
    });
    expect(document.fates).toHaveLength(8);
  });

  it('holds the failure as well', async () => {
    const { run } = await desk({ 'request.json': [STORY] });
    const { code, json } = await run(['request.json'], { json: true });
    expect(code).toBe(2);
    expect(json()).toMatchObject({ status: 'error', error: { kind: 'input', charged: 'no' } });
  });
});

it('is silent under --quiet, but for the translation', async () => {
  const { run } = await desk({ 'request.json': STORY });
  const { stdout, stderr } = await run(['request.json'], { quiet: true });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual(TRANSLATED);
});

test.each([
  ['curl', /^curl -X POST https:\/\/queue\.fal\.run\/fal-ai\/flux-2\/lora\/edit \\\n.*\$FAL_KEY"/],
  ['js', /^import \{ fal \} from '@fal-ai\/client';\n\nawait fal\.subscribe\("fal-ai\/flux-2\/lora\/edit"/],
  ['python', /^import fal_client\n\nresult = fal_client\.subscribe\(/],
  [
    'fal-edit',
    /^fal-edit https:\/\/example\.com\/street\.jpg -m flux-2-lora -p '.*' --steps=28 .*--seed=42\n$/,
  ],
])('--as %s', async (form, expected) => {
  const { run } = await desk({ 'request.json': STORY });
  const { code, stdout } = await run(['request.json'], { as: form });
  expect(code).toBe(0);
  expect(stdout).toMatch(expected);
});

it('warns of files that only our own command can upload', async () => {
  const { run } = await desk({ 'request.json': { ...STORY, image_url: 'street.jpg' } });
  expect((await run(['request.json'], { as: 'curl' })).stderr).toMatch(
    /warning: "street\.jpg": a local file/,
  );
  expect((await run(['request.json'], { as: 'fal-edit' })).stderr).not.toContain('warning');
});

describe('an earlier request', () => {
  const input = { ...STORY, image_strength: STORY.strength };

  it('is found by its id, the beginning of it, or as the last one', async () => {
    const { cwd, run } = await desk();
    const ledger = await openLedgerIn(stateIn(cwd));
    const id = plan(ledger);
    ledger.intend(id, input, []);
    ledger.accept(id, 'aaaabbbb-cccc');
    for (const name of ['last', 'aaaabbbb-cccc', 'aaaab', id]) {
      const { code, stdout, stderr } = await run([name]);
      expect({ code, input: JSON.parse(stdout) }).toEqual({ code: 0, input: TRANSLATED });
      expect(stderr).toMatch(/^From flux-general to flux-2-lora/);
      expect(stderr).toMatch(/image_strength .*same value as strength/);
    }
  });

  it('that is not there is told', async () => {
    const { cwd, run } = await desk();
    expect(await run(['last'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no edit yet.'),
    });
    const ledger = await openLedgerIn(stateIn(cwd));
    intend(ledger, plan(ledger));
    jobIn(ledger, 'planned');
    expect(await run(['deadbeef'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"deadbeef" is neither a file nor a request in the ledger'),
    });
    // It was planned and never sent, so that no input is known.
    expect(await run(['last'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the input of request'),
    });
  });
});

it('translates from every model to every other', async () => {
  const { run } = await desk();
  for (const from of MODELS) {
    for (const to of MODELS.filter((model) => model !== from)) {
      const picture =
        from.maxImages > 1 ? { image_urls: ['https://a/b.png'] } : { image_url: 'https://a/b.png' };
      const stdin = JSON.stringify({ endpoint: from.endpoint, input: { prompt: 'x', ...picture } });
      const { code, stdout } = await run(['-'], { to: to.name }, { stdin });
      expect({ code, valid: to.input.safeParse(JSON.parse(stdout)).success }).toEqual({
        code: 0,
        valid: true,
      });
    }
  }
});
