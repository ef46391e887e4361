/* How many rows, uploads and downloads are under way at the same time, and how many a second. */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, test } from 'vitest';
import { until } from '../../edit/harness.js';
import {
  batchScene,
  holdStatus,
  jsonl,
  letGo,
  picture,
  resultsIn,
  type BatchScene,
  type Files,
} from './scene.js';

const rows = (count: number, image = (n: number) => `${n}.png`) =>
  jsonl(...Array.from({ length: count }, (_, n) => ({ image: image(n), prompt: `p${n}` })));

async function pictures(count: number): Promise<Files> {
  const entries = Array.from({ length: count }, async (_, n) => {
    return [`${n}.png`, await picture(`rgb(${n},0,0)`)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Runs with a fault that holds one kind of request; how many of them come before they are let go. */
async function heldAtOnce(
  scene: BatchScene,
  on: 'stream' | 'put' | 'file',
  most: number,
  ...flags: string[]
) {
  if (on === 'stream') holdStatus(scene.fal);
  else scene.fal.addToxic({ type: 'pause', on, stream: 'upstream', name: 'hold' });
  const running = scene.batch('rows.jsonl', ...flags);
  await until(() => scene.fal.hits('hold') >= most);
  // Time for one too many.
  await sleep(150);
  const hits = scene.fal.hits('hold');
  const { accepted } = scene.fal.ledger();
  letGo(scene.fal);
  const { code, stderr } = await running;
  expect(code, stderr).toBe(0);
  return { hits, accepted: accepted.length };
}

describe('at the same time', () => {
  test.each<[string[], number]>([
    [[], 10],
    [['--concurrency', '1'], 1],
    [['--concurrency', '3'], 3],
  ])('%j: %d edits are at fal', async (flags, most) => {
    const scene = await batchScene({ 'rows.jsonl': rows(14, () => 'a.png') });
    expect(await heldAtOnce(scene, 'stream', most, ...flags)).toEqual({ hits: most, accepted: most });
    expect(scene.fal.ledger().accepted).toHaveLength(14);
  });

  test.each<[string[], number]>([
    [[], 4],
    [['--uploads', '2'], 2],
  ])('%j: %d files are uploaded', async (flags, most) => {
    const scene = await batchScene({ 'rows.jsonl': rows(9), ...(await pictures(9)) });
    expect((await heldAtOnce(scene, 'put', most, ...flags)).hits).toBe(most);
    expect(scene.fal.ledger().uploads).toHaveLength(9);
  });

  test.each<[string[], number]>([
    [[], 8],
    [['--downloads', '2'], 2],
  ])('%j: %d pictures are fetched', async (flags, most) => {
    const scene = await batchScene({ 'rows.jsonl': rows(20, () => 'a.png') });
    expect((await heldAtOnce(scene, 'file', most, ...flags)).hits).toBe(most);
  });

  it('slow downloads hold back further edits in the end', async () => {
    const scene = await batchScene({ 'rows.jsonl': rows(40, () => 'a.png') });
    const flags = ['--downloads', '2', '--concurrency', '4'];
    const { accepted } = await heldAtOnce(scene, 'file', 2, ...flags);
    expect(accepted).toBeLessThan(15);
  });
});

describe('--rate', () => {
  /** Sends on a clock that only pauses move; when each submit was begun. */
  async function begunAt(rate: string, count: number): Promise<number[]> {
    let now = 0;
    const { run, fal } = await batchScene({ 'rows.jsonl': rows(count, () => 'a.png') });
    const waking: { at: number; wake: () => void }[] = [];
    const times: number[] = [];
    const { code, stderr, stdout } = await run(
      ['rows.jsonl', '-d', 'out', '--no-report', '--events', '--rate', rate, '--concurrency', '20'],
      {
        context: {
          now: () => 1_700_000_000_000 + now,
          elapsed: () => now,
          sleep: async (ms) => {
            const sleeping = new Promise<void>((wake) => waking.push({ at: now + ms, wake }));
            // Whoever is due next wakes first, when all the others have gone to sleep.
            await setImmediate();
            await setImmediate();
            waking.sort((one, other) => one.at - other.at);
            const next = waking.shift()!;
            now = Math.max(now, next.at);
            next.wake();
            await sleeping;
          },
        },
      },
    );
    expect(code, stderr).toBe(0);
    expect(fal.ledger().accepted).toHaveLength(count);
    for (const line of stdout.trim().split('\n')) {
      const { step, time } = JSON.parse(line) as { step?: string; time?: string };
      if (step === 'begun') times.push(Date.parse(time!) - 1_700_000_000_000);
    }
    return times;
  }

  test.each<[string, number[]]>([
    ['2/s', [0, 500, 1000, 1500]],
    ['30/m', [0, 2000, 4000, 6000]],
    ['3600/h', [0, 1000, 2000, 3000]],
    ['0.5/s', [0, 2000, 4000, 6000]],
    ['4 / S', [0, 250, 500, 750]],
  ])('%s begins rows evenly', async (rate, expected) => {
    expect(await begunAt(rate, 4)).toEqual(expected);
  });
});

describe('what cannot be is refused', () => {
  test.each([
    ['--concurrency', '0'],
    ['--concurrency', '-1'],
    ['--concurrency', 'many'],
    ['--concurrency', '1.5'],
    ['--uploads', '0'],
    ['--downloads', '0'],
    ['--rate', '0/s'],
    ['--rate', '5'],
    ['--rate', '5/d'],
    ['--rate', '-5/s'],
    ['--priority', 'high'],
    ['--reuse-uploads', 'long'],
    ['--shard', '0/8'],
    ['--shard', '9/8'],
    ['--shard', '2'],
    ['--max-failures', '0'],
    ['--max-failures', '0%'],
    ['--max-failures', '101%'],
    ['--max-failures', '1.5'],
    ['--max-jobs', '-1'],
    ['--max-cost', 'much'],
    ['--settle', 'x'],
    ['--timeout', '0'],
    ['--expect', 'x'],
  ])('%s %s', async (flag, value) => {
    const { batch, fal } = await batchScene({ 'rows.jsonl': rows(1, () => 'a.png') });
    const { code, stdout, stderr } = await batch('rows.jsonl', `${flag}=${value}`);
    expect([code, stdout], stderr).toEqual([2, '']);
    expect(stderr.split('\n')[0]).toMatch(new RegExp(`error: ${flag} must (?:be|have) .*, not `));
    expect(fal.ledger().requests.total).toBe(0);
  });
});

test('--priority low stands with every submit; normal without it', async () => {
  const scene = await batchScene({ 'rows.jsonl': rows(2, () => 'a.png') });
  await scene.batch('rows.jsonl', '--priority', 'low');
  await scene.run(['b.png', '-p', 'x', '-d', 'other', '--no-report']);
  const priorities = scene.fal.ledger().accepted.map(({ headers }) => headers.priority);
  expect(priorities).toEqual(['low', 'low', 'normal']);
  expect(await resultsIn(scene)).toHaveLength(2);
});
