/* The batch's promises about money, kept by a sweep. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { SANDBOX_KEY } from '../../../src/fal/connection.js';
import { linesOf } from '../batch/scene.js';
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
  expect(wider.stderr).toContain('1 row of 3 not up to date. Nothing was sent.');
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

it('says what a sweep of the sandbox would cost, and charges nothing', async () => {
  const { sweep, cwd } = await sweepScene({}, {}, true);
  const run = (best: string) =>
    sweep({ ...TWO, best: [best] }, undefined, { FAL_KEY: SANDBOX_KEY, NO_COLOR: '1' });
  const lines = linesOf((await run('max-cost=1')).stdout);
  expect(lines.find((line) => line.startsWith('strength '))).toMatch(/ time +would cost +picture$/);
  expect(lines.at(-2)).toBe('Best for max-cost=1: strength 0.3 (would cost $0.075).');
  const page = await readFile(path.join(cwd, 'out', 'sweep.html'), 'utf8');
  expect(page).toContain('<bdi>would cost</bdi></th>');
  const { code, stderr } = await run('max-cost=0.01');
  expect(code).toBe(10);
  expect(stderr).toContain('Nearest: strength 0.3 (would cost $0.075).');
});
