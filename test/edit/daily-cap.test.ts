/* What all edits of a day may cost: refused before anything is sent, with the figures. */
import { describe, expect, test } from 'vitest';
import type { Toxic } from '../../src/sandbox/faults/toxics.js';
import { DEAD } from '../support/ledger.js';
import { sandbox } from '../support/sandbox.js';
import { editCat, folderWithPhoto } from './harness.js';
import { statesIn } from './lost.js';
import { counts, expectNothingSent, PRICE } from './spent.js';

describe('--daily-cap', () => {
  const NOON = new Date(2026, 4, 12, 12).getTime();

  /** Edits in one folder, each to a file of its own. */
  async function day(toxics: Toxic[] = []) {
    const fal = await sandbox({ toxics });
    const cwd = await folderWithPhoto();
    let turn = 0;
    const edit = (flags: string[] = [], now = NOON) =>
      editCat({ env: fal.env, cwd, context: { now: () => now } }, '-o', `${++turn}.png`, ...flags);
    return { fal, cwd, edit };
  }

  test('over several runs: exactly up to the cap, then no more', async () => {
    const { fal, cwd, edit } = await day();
    // Three times 0.075 has dust in it: it is still exactly the cap.
    const codes = [];
    for (let turn = 0; turn < 3; turn++) codes.push((await edit(['--daily-cap', '0.225'])).code);
    const before = counts(fal);
    const { code, document, stderr } = await edit(['--daily-cap', '0.225']);
    expect([...codes, code]).toEqual([0, 0, 0, 8]);
    expect(document.error?.charged).toBe('no');
    expect(document.error?.details).toEqual({
      daily_cap_usd: 0.225,
      spent_today_usd: expect.closeTo(0.225) as number,
      unknown_usd: 0,
      estimated_usd: PRICE,
    });
    expect(stderr).toMatch(
      /--daily-cap: \$0\.225 of \$0\.225 is already spent today, and this edit may cost \$0\.075/,
    );
    expectNothingSent(fal, before);
    expect(await statesIn(cwd)).toEqual(['saved', 'saved', 'saved']);
  });

  test('many at once, of one command each: never more than the cap', async () => {
    const { fal, edit } = await day();
    const runs = await Promise.all(Array.from({ length: 6 }, () => edit(['--daily-cap', '0.2'])));
    expect(runs.map(({ code }) => code).sort()).toEqual([0, 0, 8, 8, 8, 8]);
    expect(fal.ledger().accepted).toHaveLength(2);
    const refused = runs.find(({ code }) => code === 8)!;
    expect(refused.document.error?.message).toMatch(/other runs are about to send|are spent today/);
  });

  test('an unknown one counts as spent, and that is said', async () => {
    const { fal, cwd, edit } = await day([{ type: 'reset_peer', on: 'submit', nth: 1 }]);
    expect((await edit()).code).toBe(9);
    const { code, document } = await edit(['--daily-cap', '0.10']);
    expect([code, document.error?.details?.['unknown_usd']]).toEqual([8, PRICE]);
    expect(document.error?.message).toMatch(/including \$0\.075 for edits whose outcome is unknown/);
    expect([fal.ledger().accepted.length, await statesIn(cwd)]).toEqual([1, ['unknown']]);
  });

  test('an intent of a run that died counts as well', async () => {
    const fal = await sandbox({
      toxics: [{ type: 'pause', on: 'submit', name: 'sent', stream: 'upstream' }],
    });
    const cwd = await folderWithPhoto();
    const dying = editCat({ env: fal.env, cwd, context: { self: DEAD } });
    await fal.reached('sent');
    const { code, document } = await editCat({ env: fal.env, cwd }, '-o', 'b.png', '--daily-cap', '0.1');
    expect([code, document.error?.details?.['unknown_usd']]).toEqual([8, PRICE]);
    fal.release('sent');
    expect((await dying).code).toBe(0);
  });

  test('what was not charged does not count', async () => {
    const { fal, edit } = await day([
      { type: 'status', on: 'submit', code: 401, nth: 1 },
      { type: 'status', on: 'initiate', code: 401, nth: 3 },
    ]);
    const codes = [
      // Refused, failed at fal, and stopped before it was sent.
      (await edit()).code,
      (await edit(['-p', '[sandbox:fail]'])).code,
      (await edit()).code,
      (await edit(['--daily-cap', '0.075'])).code,
    ];
    expect([codes, fal.ledger().accepted.length]).toEqual([[4, 1, 4, 0], 2]);
  });

  test('tomorrow is another day, by the local clock', async () => {
    const { edit } = await day();
    const evening = new Date(2026, 4, 12, 23, 59).getTime();
    const cap = ['--daily-cap', '0.1'];
    const codes = [];
    for (const now of [NOON, evening, evening + 2 * 60_000]) codes.push((await edit(cap, now)).code);
    expect(codes).toEqual([0, 8, 0]);
  });

  test('a clock that was put back does not make room', async () => {
    const { edit } = await day();
    const cap = ['--daily-cap', '0.1'];
    expect([(await edit(cap)).code, (await edit(cap, NOON - 3 * 86_400_000)).code]).toEqual([0, 8]);
  });

  test('--again and --detach are held to it too', async () => {
    const { fal, edit } = await day();
    await edit();
    const refused = [
      await edit(['--again', '--daily-cap', '0.1']),
      await edit(['--detach', '--daily-cap', '0.1']),
    ];
    expect([refused.map(({ code }) => code), fal.ledger().accepted.length]).toEqual([[8, 8], 1]);
  });

  test('both caps: the one of the run is named first', async () => {
    const { fal, edit } = await day();
    const { document } = await edit(['--daily-cap', '0.01', '--max-cost', '0.02']);
    expect(document.error?.message).toMatch(/^--max-cost/);
    expectNothingSent(fal);
  });

  test('the built-in sandbox has a day of its own', async () => {
    const { cwd, fal, edit } = await day();
    await edit();
    const free = { env: {}, cwd, context: { now: () => NOON } };
    const flags = ['--sandbox', '--daily-cap', '0.1'];
    const first = await editCat(free, ...flags, '-o', 'a.png');
    const second = await editCat(free, ...flags, '-o', 'b.png');
    expect([first.code, second.code]).toEqual([0, 8]);
    expect((await edit(['--daily-cap', '0.15'])).code).toBe(0);
    expect(fal.ledger().accepted).toHaveLength(2);
  });
});
