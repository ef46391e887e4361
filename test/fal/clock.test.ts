import { expect, test } from 'vitest';
import { type Connection, dateOf, falTime, noteDate } from '../../src/fal/connection.js';

const NOW = Date.UTC(2026, 10, 30);
const clocks = { now: () => NOW, elapsed: () => 0 };
const at = (ms: number) => ({ headers: { get: () => new Date(ms).toUTCString() } });

test.each<[string, number, number | undefined]>([
  ['an hour ahead', NOW + 3_600_000, NOW + 3_600_000],
  ['a day behind', NOW - 86_400_000, NOW - 86_400_000],
  ['in the year 9999', Date.UTC(9999, 11, 31), undefined],
  ['in the year 1970', 0, undefined],
])('a server whose clock is %s', (_, date, known) => {
  expect(dateOf(at(date), clocks)).toBe(known);
});

test('an absurd date leaves what a sensible one told', () => {
  const connection = {} as Connection;
  noteDate(connection, at(Date.UTC(9999, 0, 1)), clocks);
  expect(falTime(connection, clocks)).toBeUndefined();
  noteDate(connection, at(NOW), clocks);
  noteDate(connection, at(0), clocks);
  expect(falTime(connection, clocks)).toBe(NOW + 1000);
});
