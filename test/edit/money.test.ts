/* What an edit may cost: refused before anything is sent, with the figures. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { jobsIn, stateIn } from '../support/ledger.js';
import { sandbox } from '../support/sandbox.js';
import { editCat, editCatByLibrary, folderWithPhoto, leftIn } from './harness.js';
import { REMOTE, seenBy } from './lost.js';
import { expectNothingSent, PRICE } from './spent.js';

describe('--max-cost', () => {
  test.each<[string, string, number, ...string[]]>([
    ['more than it costs', '0.08', PRICE],
    ['exactly what it costs', '0.075', PRICE],
    ['exactly what several cost', '0.225', 0.225, '--num-images', '3'],
    ['with a dollar sign', '$1', PRICE],
  ])('%s: sent', async (_, cap, usd, ...flags) => {
    const fal = await sandbox();
    const { code, document } = await editCat({ env: fal.env }, '--max-cost', cap, ...flags);
    expect([code, document.cost.estimated_usd, seenBy(fal).accepted]).toEqual([0, usd, 1]);
  });

  test.each<[string, string, number, ...string[]]>([
    ['less than it costs', '0.0749', PRICE],
    ['nothing at all', '0', PRICE],
    ['less than several cost', '0.22', 0.225, '--num-images', '3'],
    ['less than a large one costs', '0.10', 4 * PRICE, '--size', '2048x2048'],
    ['less than the other model costs', '0.04', 0.042, '-m', 'flux-2-lora'],
  ])('%s: refused before anything is sent', async (_, cap, usd, ...flags) => {
    const fal = await sandbox();
    const { code, document, cwd, stderr } = await editCat({ env: fal.env }, '--max-cost', cap, ...flags);
    expect([code, document.error?.kind, document.error?.charged]).toEqual([8, 'budget', 'no']);
    expect(document.error?.details).toEqual({ estimated_usd: usd, max_cost_usd: Number(cap) });
    expect(stderr).toMatch(/--max-cost: this edit may cost \$\d.*, more than \$\d.*\. Nothing was sent\./);
    expect(document.error?.hint).toMatch(/--max-cost/);
    expectNothingSent(fal);
    expect([await jobsIn(stateIn(cwd)), await leftIn(cwd)]).toEqual([[], []]);
  });

  test('by the price that fal names now, not by the table', async () => {
    const fal = await sandbox();
    const cwd = await folderWithPhoto();
    await editCat({ env: fal.env, cwd, image: 'cat.png' }, '-o', 'first.png');
    const cache = path.join(cwd, '.home', 'cache', 'prices');
    for (const name of await readdir(cache)) {
      const price = JSON.parse(await readFile(path.join(cache, name), 'utf8')) as object;
      await writeFile(path.join(cache, name), JSON.stringify({ ...price, unitUsd: 0.5 }));
    }
    const { code, document } = await editCat({ env: fal.env, cwd }, '--max-cost', '0.4');
    expect([code, document.error?.details]).toEqual([8, { estimated_usd: 0.5, max_cost_usd: 0.4 }]);
  });

  test.each<[string, { image?: string; cap: string[]; flags: string[]; says: RegExp }]>([
    [
      'a picture that is not here',
      { image: REMOTE, cap: ['--max-cost', '5'], flags: [], says: /size is unknown/ },
    ],
    [
      'a picture that is not here, for the day',
      { image: REMOTE, cap: ['--daily-cap', '5'], flags: [], says: /--daily-cap: .*size is unknown/ },
    ],
    [
      'the expansion of the prompt',
      { cap: ['--max-cost', '5'], flags: ['-m', 'flux-2-lora', '--expand-prompt'], says: /expan/ },
    ],
    [
      'use_real_cfg',
      {
        cap: ['--max-cost', '5'],
        flags: ['--set', 'use_real_cfg=true'],
        says: /use_real_cfg raises the price/,
      },
    ],
  ])(
    '%s: what it may cost at most cannot be told, so it is refused',
    async (_, { image, cap, flags, says }) => {
      const fal = await sandbox();
      const options = image === undefined ? { env: fal.env } : { env: fal.env, image };
      const refused = await editCat(options, ...cap, ...flags);
      expect([refused.code, refused.document.error?.kind]).toEqual([8, 'budget']);
      expect(refused.document.error?.message).toMatch(says);
      expect(refused.document.error?.message).toContain('Nothing was sent');
      expect(refused.document.error?.details).toEqual({ unbounded: [expect.stringMatching(/./)] });
      expectNothingSent(fal);
    },
  );

  test('a picture that is not here, with a --size: what it costs is known', async () => {
    const fal = await sandbox();
    const flags = ['--size', 'square', '--max-cost', '0.05'];
    const { code, document } = await editCat({ env: fal.env, image: REMOTE }, ...flags);
    expect([code, document.error?.details]).toEqual([8, { estimated_usd: PRICE, max_cost_usd: 0.05 }]);
  });

  test('it is no cap on an edit that is paid for already', async () => {
    const fal = await sandbox({ inferenceMs: 700 });
    const { code, cwd } = await editCat({ env: fal.env }, '--timeout', '400ms');
    const again = await editCat({ env: fal.env, cwd }, '--max-cost', '0.01', '--daily-cap', '0.01');
    expect([code, again.code, seenBy(fal).accepted]).toEqual([7, 0, 1]);
  });
});

describe('from the settings', () => {
  test.each([
    ['FAL_EDIT_MAX_COST', '--max-cost'],
    ['FAL_EDIT_DAILY_CAP', '--daily-cap'],
  ])('%s', async (name, flag) => {
    const fal = await sandbox();
    const { code, document } = await editCat({ env: { ...fal.env, [name]: '0.05' } });
    expect([code, document.error?.kind]).toEqual([8, 'budget']);
    expectNothingSent(fal);
    // The flag is stronger.
    expect((await editCat({ env: { ...fal.env, [name]: '0.05' } }, flag, '0.1')).code).toBe(0);
  });

  test.each([{ maxCostUsd: 0.05 }, { dailyCapUsd: 0.05 }])('of the library: %j', async (call) => {
    const fal = await sandbox();
    const error = await editCatByLibrary(fal.env, call);
    expect([error?.kind, error?.exitCode, error?.charged]).toEqual(['budget', 8, 'no']);
    expectNothingSent(fal);
  });
});

test('a dry run tells the cost, and leaves the ledger alone', async () => {
  const fal = await sandbox();
  const { code, cwd, document } = await editCat({ env: fal.env }, '--dry-run');
  expect([code, document.cost.estimated_usd, fal.ledger().requests.total]).toEqual([0, PRICE, 0]);
  await expect(stat(stateIn(cwd))).rejects.toMatchObject({ code: 'ENOENT' });
});
