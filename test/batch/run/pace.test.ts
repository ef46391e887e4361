import { describe, expect, it, test } from 'vitest';
import { Pace, type Rate } from '../../../src/batch/run/pace.js';
import { InterruptedError } from '../../../src/errors/error.js';

/** A clock that goes on only when somebody sleeps. */
function clock(start = 0) {
  const stop = new AbortController();
  let now = start;
  return {
    stop,
    pass: (ms: number): void => {
      now += ms;
    },
    context: {
      elapsed: () => now,
      sleep: (ms: number, signal?: AbortSignal) => {
        signal?.throwIfAborted();
        now = Math.max(now, now + ms);
        return Promise.resolve();
      },
      signal: stop.signal,
    },
  };
}

/** When each of so many rows had its turn, one after the other. */
async function turns(pace: Pace, elapsed: () => number, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let row = 0; row < count; row++) {
    await pace.turn();
    times.push(elapsed());
  }
  return times;
}

describe('A rate', () => {
  test.each<[string, Rate, number[]]>([
    ['2 a second', { count: 2, perMs: 1000 }, [100, 600, 1100, 1600]],
    ['30 a minute', { count: 30, perMs: 60_000 }, [100, 2100, 4100, 6100]],
    ['1 an hour', { count: 1, perMs: 3_600_000 }, [100, 3_600_100, 7_200_100, 10_800_100]],
  ])('of %s is even, from the first row on', async (_, rate, times) => {
    const { context } = clock(100);
    expect(await turns(new Pace(rate, context), context.elapsed, 4)).toEqual(times);
  });

  it('is not caught up with after a quiet time', async () => {
    const { context, pass } = clock();
    const pace = new Pace({ count: 1, perMs: 100 }, context);
    await pace.turn();
    pass(10_000);
    expect(await turns(pace, context.elapsed, 3)).toEqual([10_000, 10_100, 10_200]);
  });

  it('is for all that ask at the same time together', async () => {
    const waits: number[] = [];
    const context = { ...clock().context, sleep: (ms: number) => Promise.resolve(void waits.push(ms)) };
    const pace = new Pace({ count: 10, perMs: 1000 }, context);
    await Promise.all(Array.from({ length: 5 }, () => pace.turn()));
    expect(waits).toEqual([100, 200, 300, 400]);
  });

  it('is none where none is asked for', async () => {
    const { context } = clock(5);
    expect(await turns(new Pace(undefined, context), context.elapsed, 4)).toEqual([5, 5, 5, 5]);
  });
});

describe('Trouble', () => {
  it('has everybody wait, longer each time, and is given up after two minutes', async () => {
    const { context } = clock();
    const pace = new Pace(undefined, context);
    const waits: number[] = [];
    for (let time = 0; time < 8; time++) {
      expect(pace.trouble()).toBe(false);
      const before = context.elapsed();
      await pace.turn();
      waits.push(context.elapsed() - before);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(context.elapsed()).toBeGreaterThan(120_000);
    expect(pace.trouble()).toBe(true);
  });

  it('that many rows met at the same time is one', async () => {
    const { context } = clock();
    const pace = new Pace(undefined, context);
    for (let row = 0; row < 100; row++) expect(pace.trouble()).toBe(false);
    await pace.turn();
    expect(context.elapsed()).toBe(1000);
  });

  it('is over once something went through', async () => {
    const { context } = clock();
    const pace = new Pace(undefined, context);
    for (let time = 0; time < 5; time++) {
      pace.trouble();
      await pace.turn();
    }
    pace.well();
    pace.trouble();
    const before = context.elapsed();
    await pace.turn();
    expect(context.elapsed() - before).toBe(1000);
  });

  it('that comes while rows wait has them wait on', async () => {
    const { context } = clock();
    let more = 2;
    const pace = new Pace(undefined, {
      ...context,
      sleep: (ms) => {
        const slept = context.sleep(ms);
        if (more-- > 0) pace.trouble();
        return slept;
      },
    });
    pace.trouble();
    await pace.turn();
    expect(context.elapsed()).toBe(1000 + 2000 + 4000);
  });
});

describe('An interruption', () => {
  test.each([
    ['a rate', { count: 1, perMs: 1000 }, false],
    ['trouble', undefined, true],
  ] as const)('ends waiting for %s', async (_, rate, trouble) => {
    const { context, stop } = clock();
    const pace = new Pace(rate, context);
    await pace.turn();
    if (trouble) pace.trouble();
    stop.abort(new InterruptedError('SIGINT'));
    await expect(pace.turn()).rejects.toThrow(InterruptedError);
  });
});
