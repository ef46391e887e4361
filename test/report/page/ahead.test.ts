import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ahead } from '../../../src/report/page/ahead.js';

async function collected<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
}

test.each([1, 2, 5])('hands results on in order, with %i at work at most', async (most) => {
  let running = 0;
  let peak = 0;
  const slow = async (number: number) => {
    peak = Math.max(peak, ++running);
    await pause((number * 7) % 5);
    running--;
    return number * 10;
  };
  const numbers = Array.from({ length: 12 }, (_, index) => index);
  expect(await collected(ahead(numbers, most, slow))).toEqual(numbers.map((number) => number * 10));
  expect(peak).toBe(most);
});

test('takes no more items than are worked on', async () => {
  let taken = 0;
  function* endless() {
    for (;;) yield ++taken;
  }
  for await (const number of ahead(endless(), 3, (one) => Promise.resolve(one))) {
    expect(taken - number).toBeLessThan(3);
    if (number === 20) break;
  }
});

test('throws what the work threw, when its turn has come', async () => {
  const seen: number[] = [];
  const work = (number: number) =>
    number > 1 ? Promise.reject(new Error(`no ${number}`)) : pause(5).then(() => number);
  await expect(async () => {
    for await (const number of ahead([0, 1, 2, 3], 4, work)) seen.push(number);
  }).rejects.toThrow('no 2');
  expect(seen).toEqual([0, 1]);
});
