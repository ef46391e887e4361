/* The batch's promises about money, kept by a sweep. */
import { expect, it } from 'vitest';
import { sweepScene } from './scene.js';

const TWO = { vary: ['strength=0.3,0.5'] };

it('--frozen sends nothing: it is content with a grid that is done, and refuses one that has grown', async () => {
  const scene = await sweepScene();
  expect((await scene.sweep(TWO)).code).toBe(0);
  const requests = scene.fal.ledger().requests.total;
  expect(await scene.sweep({ ...TWO, frozen: true })).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining('All 2 rows are up to date.') as string,
  });
  const wider = await scene.sweep({ vary: ['strength=0.3,0.5,0.7'], frozen: true });
  expect([wider.code, wider.stdout], wider.stderr).toEqual([10, '']);
  expect(wider.stderr).toContain('1 row of 3 would have to be made. Nothing was sent.');
  expect(scene.fal.ledger().requests.total).toBe(requests);
});

it('--daily-cap stops it before the day has cost more, and the same command goes on another day', async () => {
  const scene = await sweepScene();
  const stopped = await scene.sweep({ ...TWO, 'daily-cap': '0.10' });
  expect(stopped.code, stopped.stderr).toBe(8);
  expect(stopped.stderr).toMatch(/--daily-cap/);
  expect(scene.fal.ledger().accepted).toHaveLength(1);
  expect((await scene.sweep(TWO)).code).toBe(0);
  expect(scene.fal.ledger().accepted).toHaveLength(2);
});
