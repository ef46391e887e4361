import { expect, test } from 'vitest';
import { parseSince } from '../../src/commands/earlier/since.js';

const HOUR = 3_600_000;
/** Local time, as a person means it. */
const at = (...parts: [number, number, number, number?, number?]) => new Date(...parts).getTime();
const NOW = at(2026, 4, 12, 15, 30);

test.each([
  ['2h', NOW - 2 * HOUR],
  ['90m', NOW - 1.5 * HOUR],
  ['1.5h', NOW - 1.5 * HOUR],
  ['7d', NOW - 7 * 24 * HOUR],
  ['today', at(2026, 4, 12)],
  ['yesterday', at(2026, 4, 11)],
  ['2026-05-01', at(2026, 4, 1)],
  ['2024-02-29', at(2024, 1, 29)],
  ['2026-05-01T08:00:00Z', Date.UTC(2026, 4, 1, 8)],
  ['2026-05-01T08:00:00+02:00', Date.UTC(2026, 4, 1, 6)],
  ['2026-05-01 08:00', at(2026, 4, 1, 8)],
])('%s', (text, time) => expect(parseSince(text, NOW)).toBe(time));

test.each([
  '',
  '2',
  '2026',
  '2026-02-30',
  '2026-13-01',
  '2026-00-01',
  'tomorrow',
  '-2h',
  '2 weeks',
  '2026-05-01T99:00:00Z',
])('"%s" is none', (text) => expect(parseSince(text, NOW)).toBeUndefined());
