import { expect, it } from 'vitest';
import { grouped } from '../../src/study/grouped.js';

it('keeps the order in which keys and things come', () => {
  const groups = grouped(['bb', 'a', 'cc', 'd', '10', '2'], (word) => String(word.length));
  expect([...groups]).toEqual([
    ['2', ['bb', 'cc', '10']],
    ['1', ['a', 'd', '2']],
  ]);
});

it('takes no key for another', () => {
  const keys = ['__proto__', 'constructor', '', ' ', '__proto__'];
  expect([...grouped(keys, (key) => key).keys()]).toEqual(['__proto__', 'constructor', '', ' ']);
});

it('has no group of nothing', () => {
  expect(grouped([], String).size).toBe(0);
});
