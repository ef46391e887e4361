/* An edit by a model whose price is not ours to know: what fal says about it, and what the caps make of it. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { SANDBOX_KEY } from '../../src/fal/connection.js';
import { CREDITS, expectOnlyQuestions, sandboxWithUnlisted, UNLISTED } from '../support/unlisted.js';
import { editCat, editCatByLibrary, folderWithPhoto } from './harness.js';
import { seenBy } from './lost.js';

const M = ['-m', UNLISTED];
const CAPS = [['--max-cost', '5'] as const, ['--daily-cap', '5'] as const];

describe('the grade of what it costs', () => {
  test.each([
    ['a picture', { unitPrice: 0.04, unit: 'images' }, 'calculated', 0.04, 0.04],
    ['credits', CREDITS, 'unknown', null, 0.05],
    ['credits, with a history', { ...CREDITS, callPrice: 0.06 }, 'history', 0.06, 0.05],
    ['a placeholder', { unitPrice: 0.0002, unit: 'images' }, 'unknown', null, 0.0002],
    ['no price', undefined, 'unknown', null, null],
  ])('%s', async (_, price, grade, estimated, billed) => {
    const fal = await sandboxWithUnlisted(price);
    const { code, document, stderr } = await editCat({ env: fal.env }, ...M);
    expect([code, stderr.includes('$0.00 ')]).toEqual([0, false]);
    expect(document.cost).toMatchObject({ grade, estimated_usd: estimated, billed_usd: billed });
    expect(document.cost.billed_units).toBe(1);
  });

  test('of an earlier call is asked for once a day', async () => {
    const fal = await sandboxWithUnlisted({ ...CREDITS, callPrice: 0.06 });
    const cwd = await folderWithPhoto();
    const asked = [];
    for (const seed of ['1', '2']) {
      await editCat({ env: fal.env, cwd }, ...M, '-f', '--seed', seed);
      asked.push(fal.ledger().requests.by_role.pricing);
    }
    expect(asked).toEqual([2, 2]);
  });

  test.each([
    ['calculated', { unitPrice: 0.04, unit: 'images' }, 'about $0.04, calculated'],
    ['history', { ...CREDITS, callPrice: 0.06 }, "about $0.06, from fal's history"],
    ['unknown', CREDITS, 'cost unknown: billed by the credit'],
    ['no price', undefined, 'cost unknown: fal did not say its price'],
  ])('is named when it is sent: %s', async (_, price, words) => {
    const fal = await sandboxWithUnlisted(price);
    const { stderr } = await editCat({ env: fal.env }, ...M);
    expect(stderr).toContain(`sending the edit (${words})`);
  });

  test('is named by a dry run, which asks for no price', async () => {
    const fal = await sandboxWithUnlisted(CREDITS);
    const { code, stdout } = await editCat({ env: fal.env }, ...M, '-n', '--json');
    const { estimate, cost } = JSON.parse(stdout) as { estimate: object; cost: object };
    expect([code, estimate, cost]).toMatchObject([
      0,
      { usd: null, grade: 'unknown', unknown: "fal's price is not known yet" },
      { estimated_usd: null, grade: 'unknown' },
    ]);
    expect(fal.ledger().requests.by_role.pricing).toBeUndefined();
    expectOnlyQuestions(fal);
  });
});

describe('a cap on an unknown cost', () => {
  test.each(CAPS)('%s: refused before anything is sent', async (flag, cap) => {
    const fal = await sandboxWithUnlisted(CREDITS);
    const { code, document } = await editCat({ env: fal.env }, ...M, flag, cap);
    expect([code, document.error?.kind, document.error?.charged]).toEqual([8, 'budget', 'no']);
    expect(document.error?.message).toBe(
      `${flag}: the cost of this edit is unknown: billed by the credit. Nothing was sent.`,
    );
    expect(document.error?.hint).toContain('--assume-cost');
    expect(document.cost).toMatchObject({ grade: 'unknown', estimated_usd: null });
    expectOnlyQuestions(fal);
  });

  test.each(CAPS)('%s: kept by the assumed cost', async (flag, cap) => {
    const fal = await sandboxWithUnlisted(CREDITS);
    const { code, document } = await editCat({ env: fal.env }, ...M, flag, cap, '--assume-cost', '0.10');
    expect(code).toBe(0);
    expect(document.cost).toMatchObject({ grade: 'assumed', estimated_usd: 0.1, billed_usd: 0.05 });
    const dear = await editCat({ env: fal.env }, ...M, flag, cap, '--assume-cost', '5.01');
    expect([dear.code, dear.document.error?.details]).toMatchObject([8, { estimated_usd: 5.01 }]);
    expect(seenBy(fal).accepted).toBe(1);
  });

  test('of a day counts the assumption, and the bill once there is one', async () => {
    const fal = await sandboxWithUnlisted(CREDITS);
    const cwd = await folderWithPhoto();
    const again = (): ReturnType<typeof editCat> =>
      editCat({ env: fal.env, cwd }, ...M, '-f', '--daily-cap', '0.15', '--assume-cost', '0.10');
    const codes = [(await again()).code, (await again()).code, (await again()).code];
    // $0.05 and $0.10 are within the cap; $0.10 and $0.10 are not.
    expect(codes).toEqual([0, 0, 8]);
  });

  test('never lets an assumption lower a known one', async () => {
    const fal = await sandboxWithUnlisted({ unitPrice: 0.5, unit: 'images' });
    const { code, document } = await editCat(
      { env: fal.env },
      ...[...M, '--max-cost', '0.1', '--assume-cost', '0.01'],
    );
    expect([code, document.error?.details]).toEqual([8, { estimated_usd: 0.5, max_cost_usd: 0.1 }]);
  });

  test('is kept by a cost of the environment, and by none of a project that is not trusted', async () => {
    const fal = await sandboxWithUnlisted(CREDITS);
    const env = { ...fal.env, FAL_EDIT_ASSUME_COST: '0.10' };
    expect((await editCat({ env }, ...M, '--max-cost', '5')).document.cost.estimated_usd).toBe(0.1);
    const cwd = await folderWithPhoto();
    await writeFile(path.join(cwd, 'fal-edit.config.json'), JSON.stringify({ 'assume-cost': 0.001 }));
    const { code, stderr } = await editCat({ env: fal.env, cwd }, ...M, '--max-cost', '5');
    expect([code, stderr]).toEqual([2, expect.stringContaining('assume-cost')]);
    expect(seenBy(fal).accepted).toBe(1);
  });

  test('is no obstacle on the sandbox', async () => {
    const fal = await sandboxWithUnlisted(CREDITS);
    const env = { ...fal.env, FAL_KEY: SANDBOX_KEY };
    const { code, document, stderr } = await editCat({ env }, ...M, '--max-cost', '0', '--daily-cap', '1');
    expect([code, document.cost]).toMatchObject([0, { grade: 'unknown', billed_usd: 0 }]);
    expect(stderr).toContain('sending the edit (sandbox: nothing is charged)');
  });

  test('can be kept through the library too', async () => {
    const fal = await sandboxWithUnlisted(CREDITS);
    const call = { model: UNLISTED, maxCostUsd: 1 };
    expect((await editCatByLibrary(fal.env, call))?.kind).toBe('budget');
    expect(await editCatByLibrary(fal.env, { ...call, assumeCostUsd: 0.1 })).toBeUndefined();
  });
});

test.each(['0', '-1', 'cheap'])('--assume-cost %s is no cost', async (value) => {
  const fal = await sandboxWithUnlisted(CREDITS);
  const { code, document } = await editCat({ env: fal.env }, ...M, '--assume-cost', value);
  expect([code, document.error?.message]).toEqual([2, expect.stringMatching(/^--assume-cost must be /)]);
  expectOnlyQuestions(fal);
});
