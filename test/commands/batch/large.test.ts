/* More rows than are read and sent at once. */
import { expect, it } from 'vitest';
import { batchScene, linesOf, promptsAt, resultsIn, summaryIn } from './scene.js';

const COUNT = 100;
const prompts = Array.from({ length: COUNT }, (_, n) => `p${n}`);
const ROWS = `id,image,prompt\n${prompts.map((prompt, n) => `r${n},${'abc'[n % 3]!}.png,${prompt}\n`).join('')}`;

it('come home in several runs, each of them once', { timeout: 60_000 }, async () => {
  const scene = await batchScene({ 'rows.csv': ROWS });
  const flags = ['-o', '{id}.png', '--concurrency', '25'];
  const paths: string[] = [];
  for (const [most, exit] of [
    ['45', 8],
    ['45', 8],
    ['45', 0],
  ] as const) {
    const { code, stdout, stderr } = await scene.batch('rows.csv', '--max-jobs', most, ...flags);
    expect(code, stderr).toBe(exit);
    paths.push(...linesOf(stdout));
  }
  expect(promptsAt(scene.fal)).toEqual([...prompts].sort());
  expect(paths.sort()).toEqual(prompts.map((_, n) => `out/r${n}.png`).sort());
  expect(scene.fal.ledger().uploads).toHaveLength(3);
  const results = await resultsIn(scene);
  expect(results.map(({ id }) => id!).sort()).toEqual(prompts.map((_, n) => `r${n}`).sort());
  expect(new Set(results.map(({ key }) => key)).size).toBe(COUNT);
  expect(await summaryIn(scene)).toMatchObject({ rows: COUNT, states: { done: COUNT } });

  const before = scene.fal.ledger().requests.total;
  const { code, stderr } = await scene.batch('rows.csv', ...flags);
  expect([code, stderr]).toEqual([0, `All ${COUNT} rows are done; nothing to send.\n`]);
  expect(scene.fal.ledger().requests.total).toBe(before);
});
