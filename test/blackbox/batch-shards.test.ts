/* Parts of a batch on machines of their own, killed and run again, and put together in the end. */
import { sep } from 'node:path';
import { expect, test } from 'vitest';
import { run, shell } from './spawned.js';
import { acceptedByPrompt, batchFolder, resultsIn, summaryIn } from '../torture/batch-folder.js';

const MINUTE = 60_000;
const prompts = Array.from({ length: 60 }, (_, index) => `row ${index}`);
const FLAGS = ['--settle', '0s', '-q', '--no-report'];

test('shards that were killed, run again and merged: every row once', { timeout: MINUTE }, async () => {
  const place = await batchFolder(prompts, { inferenceMs: 60, runners: 4 });
  const { cwd, fal } = place;
  const shards = ['1/3', '2/3', '3/3'].map((shard, index) => [
    ...['--shard', shard, '--out-dir', `part-${index + 1}`, ...FLAGS],
  ]);
  const lives = shards.map((flags) => place.start(...flags));
  setTimeout(() => {
    for (const { process } of lives) process.kill('SIGKILL');
  }, 900);
  const ends = await Promise.all(lives.map(({ ended }) => ended));
  expect(ends.map(({ signal }) => signal)).toContain('SIGKILL');
  for (const flags of shards) {
    const { code, stderr } = await place.run(...flags);
    expect(code, stderr).toBe(0);
  }
  const merged = await run(
    ['batch', 'merge', 'part-1', 'part-2', 'part-3', '--out-dir', 'all', '--junit', 'all.xml'],
    { cwd },
  );
  expect([merged.code, merged.stdout], merged.stderr).toEqual([0, '']);
  expect(await summaryIn(cwd, 'all')).toMatchObject({ status: 'ok', rows: 60, states: { done: 60 } });
  const results = await resultsIn(cwd, 'all');
  expect(results.map(({ prompt }) => prompt).sort()).toEqual([...prompts].sort());
  expect(new Set(results.map(({ images }) => images[0]?.path)).size).toBe(60);
  expect([...acceptedByPrompt(fal).values()].every((times) => times === 1)).toBe(true);
});

test('two runs at once: one works, the other leaves with 11 and sends nothing', async () => {
  const place = await batchFolder(prompts.slice(0, 8), { inferenceMs: 3_000, runners: 8 });
  const first = place.start(...FLAGS);
  await expect.poll(() => place.fal.ledger().accepted.length, { timeout: 10_000 }).toBeGreaterThan(0);
  const second = await place.run(...FLAGS);
  expect(second.code).toBe(11);
  expect(second.stderr).toMatch(/^error: Another run is using .*out\. Nothing was sent\.$/m);
  expect((await first.ended).code).toBe(0);
  expect(place.fal.ledger().accepted).toHaveLength(8);
});

test('the lock of a run that was killed is no lock', async () => {
  const place = await batchFolder(prompts.slice(0, 4), { inferenceMs: 200 });
  const first = place.start(...FLAGS);
  await expect.poll(() => place.fal.ledger().accepted.length, { timeout: 10_000 }).toBeGreaterThan(0);
  first.process.kill('SIGKILL');
  await first.ended;
  const { code, stderr } = await place.run(...FLAGS);
  expect(code, stderr).toBe(0);
  expect(place.fal.ledger().accepted).toHaveLength(4);
});

test('Ctrl-C: nothing further is sent, what runs is fetched by the next run', async () => {
  const place = await batchFolder(prompts.slice(0, 12), { inferenceMs: 500, runners: 4 });
  const first = place.start(...FLAGS, '--concurrency', '4');
  const isRunning = () => place.fal.ledger().accepted.some(({ state }) => state === 'running');
  await expect.poll(isRunning, { timeout: 10_000 }).toBe(true);
  first.process.kill('SIGINT');
  const ended = await first.ended;
  expect(ended.code).toBe(130);
  expect(ended.stderr).toMatch(/^error: Interrupted\. \d+ of 12 rows are done; /m);
  const sent = place.fal.ledger().accepted.length;
  expect(sent).toBeLessThan(12);
  const { code, stderr } = await place.run(...FLAGS);
  expect(code, stderr).toBe(0);
  // What waited in the queue was cancelled, and is another edit now.
  const charged = place.fal.ledger().accepted.filter(({ state }) => state === 'completed');
  expect(new Set(charged.map(({ input }) => (input as { prompt: string }).prompt)).size).toBe(12);
  expect(charged).toHaveLength(12);
});

/** In units of 1024 bytes, as bash counts. */
const LIMIT = 600;

test.skipIf(sep === '\\')(
  'a disk without room for the pictures: the batch stops paying, and goes on when there is',
  { timeout: MINUTE },
  async () => {
    const place = await batchFolder(prompts.slice(0, 40), { pictureBytes: 2 * LIMIT * 1024 });
    const { cwd, fal } = place;
    const env = { FAL_PROXY_URL: fal.proxyUrl, FAL_KEY: 'test-id:test-secret' };
    const full = await shell(
      `trap '' XFSZ; ulimit -f ${LIMIT}; fal-edit batch rows.jsonl --out-dir out --concurrency 2 -q --no-report`,
      { cwd, env },
    );
    // Of what fal has by then the pictures can still be fetched.
    expect([1, 7], full.stderr).toContain(full.code);
    expect(full.stderr).toMatch(/cannot be written to .*: EFBIG/);
    const paid = fal.ledger().accepted.length;
    expect(paid).toBeLessThan(20);
    const again = await place.run(...FLAGS);
    expect(again.code, again.stderr).toBe(0);
    expect(fal.ledger().accepted).toHaveLength(40);
    expect((await summaryIn(cwd)).states.done).toBe(40);
  },
);
