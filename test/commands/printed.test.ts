import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { scene, sha256 } from './scene.js';

describe('what is printed', () => {
  it('--json: one document, as the contract has it', async () => {
    const { fal, run, file } = await scene();
    const result = await run(['photo.png', '-p', 'snow', '--strength', '0.6', '--seed', '7', '--json']);
    const bytes = await file('photo.edit.png');
    const [accepted] = fal.ledger().accepted;
    expect(result.json()).toEqual({
      schema_version: 1,
      status: 'ok',
      sandbox: false,
      model: 'flux-general',
      endpoint: 'fal-ai/flux-general/image-to-image',
      request_id: accepted!.request_id,
      job: expect.stringMatching(/^j[0-9a-z]{11}$/) as string,
      state: 'saved',
      prompt: 'snow',
      seed: 7,
      input: accepted!.input,
      images: [
        {
          path: 'photo.edit.png',
          field: null,
          ...(({ width, height }) => ({ width, height }))(await sharp(bytes).metadata()),
          content_type: 'image/png',
          bytes: bytes.length,
          sha256: sha256(bytes),
          received_sha256: sha256(bytes),
          nsfw: false,
        },
      ],
      cost: {
        estimated_usd: 0.075,
        grade: 'calculated',
        billed_units: 1,
        unit_price_usd: 0.075,
        billed_usd: 0.075,
      },
      timings: {
        queued_ms: expect.any(Number),
        inference_ms: expect.any(Number),
        total_ms: expect.any(Number),
      },
      warnings: [],
      notes: [],
    });
    expect(accepted!.input).toEqual({
      prompt: 'snow',
      image_url: fal.ledger().uploads[0]!.file_url,
      strength: 0.6,
      image_strength: 0.6,
      seed: 7,
    });
  });

  it('shows the seed that it chose, with which the edit can be repeated', async () => {
    const { fal, run } = await scene();
    const { seed } = (await run(['photo.png', '-p', 'snow', '--json'])).json<{ seed: number }>();
    expect(fal.ledger().accepted).toMatchObject([{ input: { seed } }]);
    expect(Number.isSafeInteger(seed)).toBe(true);
  });

  it('--quiet: the path alone', async () => {
    const { run } = await scene();
    expect(await run(['photo.png', '-p', 'snow', '--quiet'])).toMatchObject({
      code: 0,
      stdout: 'photo.edit.png\n',
      stderr: '',
    });
  });

  it('never shows the key, not even with --debug --verbose', async () => {
    const { run } = await scene();
    const result = await run(['photo.png', '-p', 'test-secret is my word', '--debug', '-v']);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout + result.stderr).not.toContain('test-secret');
  });

  test.each([
    [['--json', 'photo.png', '--nope'], {}, true],
    [['photo.png', '--nope'], { FAL_EDIT_JSON: 'on' }, true],
    [['photo.png', '--nope'], { FAL_EDIT_JSON: '1' }, true],
    [['photo.png', '--nope'], { FAL_EDIT_JSON: 'off' }, false],
    [['photo.png', '--nope', '--', '--json'], {}, false],
  ])('%j with %j has a document of a wrong command line: %j', async (argv, env, has) => {
    const { run } = await scene();
    const result = await run(argv, { env });
    expect(result.code).toBe(2);
    if (has)
      expect(result.json()).toMatchObject({ status: 'error', error: { kind: 'usage', charged: 'no' } });
    else expect(result.stdout).toBe('');
  });
});
