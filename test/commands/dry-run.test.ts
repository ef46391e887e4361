import { describe, expect, it } from 'vitest';
import { CHELSEA, type DryRun, ROCKET, scene, sha256, SMALL, visible } from './scene.js';

describe('--dry-run', () => {
  it('shows the exact input, the uploads, the result and the cost, and sends nothing', async () => {
    const { fal, cwd, run } = await scene({ 'photo.jpg': ROCKET });
    const result = await run(['photo.jpg', '-p', 'snow', '--seed', '7', '-n', '--json'], { env: {} });
    expect(result.code, result.stderr).toBe(0);
    expect(result.json()).toMatchObject({
      dry_run: true,
      request_id: null,
      input: { prompt: 'snow', image_url: '<upload of photo.jpg>', seed: 7 },
      uploads: [
        {
          flag: '--image',
          file: 'photo.jpg',
          content_type: 'image/jpeg',
          width: 640,
          height: 427,
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          // It is tagged with the profile of its camera.
          converted: 'Adobe RGB (1998) → sRGB',
        },
      ],
      outputs: ['photo.edit.png'],
      estimate: {
        usd: 0.075,
        units: 1,
        unit_price_usd: 0.075,
        price_date: expect.stringMatching(/^\d{4}-\d{2}/),
        price_source: expect.stringContaining('https://fal.ai/'),
      },
    });
    expect(fal.ledger().requests.total).toBe(0);
    expect(await visible(cwd)).toEqual(['photo.jpg']);
  });

  it('shows a picture that is sent as it is by its own bytes', async () => {
    const { run } = await scene({ 'cat.png': SMALL });
    const result = await run(['cat.png', '-p', 'snow', '-n', '--json'], { env: {} });
    expect(result.json()).toMatchObject({
      uploads: [{ file: 'cat.png', bytes: SMALL.length, sha256: sha256(SMALL), converted: null }],
    });
  });

  it('says the same in words', async () => {
    const { run } = await scene({ 'photo.jpg': ROCKET });
    const { stdout } = await run(['photo.jpg', '-p', 'snow', '-n'], { env: {} });
    expect(stdout).toContain('POST https://queue.fal.run/fal-ai/flux-general/image-to-image');
    expect(stdout).toMatch(/photo\.jpg: [\d.]+ kB, image\/jpeg, 640x427/);
    expect(stdout).toMatch(/Estimated cost: \$0\.075, calculated .*price of \d{4}-\d{2}/);
    expect(stdout).toMatch(/Nothing was sent\.\n$/);
  });

  it('counts input pictures on flux-2-lora, and every result', async () => {
    const { run } = await scene({ 'a.png': SMALL, 'b.png': CHELSEA });
    const argv = [
      'a.png',
      'b.png',
      '-m',
      'flux-2-lora',
      '-p',
      'x',
      '--num-images',
      '2',
      '--size',
      '1024x1025',
    ];
    const { estimate } = (await run([...argv, '-n', '--json'], { env: {} })).json<DryRun>();
    // Two inputs of one megapixel each, two results of one megapixel and a row: rounded up.
    expect(estimate).toMatchObject({ units: 2 + 2 * 2, usd: 0.126 });
  });

  it('leaves no trace of the check for a writable folder', async () => {
    const { cwd, run } = await scene();
    await run(['photo.png', '-p', 'snow', '-n', '-o', 'new/deep/out.png'], { env: {} });
    expect(await visible(cwd)).toEqual(['photo.png']);
  });
});
