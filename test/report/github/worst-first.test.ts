import { expect, it, test } from 'vitest';
import type { ResultRow, RowState } from '../../../src/batch/rows/result-row.js';
import type { Charged } from '../../../src/errors/error.js';
import { worstFirst } from '../../../src/report/github/worst-first.js';
import { resultRow } from '../rows.js';

/** A row called by its state and charge, and a number. */
function row(state: RowState, charged: Charged, number = 0): ResultRow {
  const error = { kind: 'failed', message: 'No.', hint: null, charged } as const;
  return resultRow({ id: `${state} ${charged} ${number}`, state, error });
}

const ids = (rows: ResultRow[]): (string | null)[] => rows.map(({ id }) => id);

const FROM_THE_BEST = [
  row('done', 'yes'),
  row('pending', 'no'),
  row('waiting', 'maybe'),
  row('unmet', 'yes'),
  row('moderated', 'no'),
  row('moderated', 'yes'),
  row('failed', 'no'),
  row('failed', 'maybe'),
  row('failed', 'yes'),
  row('unknown', 'maybe'),
];

test('the worst come first, and what is not over not at all', () => {
  expect(ids(worstFirst(FROM_THE_BEST, 50))).toEqual([
    'unknown maybe 0',
    'failed yes 0',
    'failed maybe 0',
    'failed no 0',
    'moderated yes 0',
    'moderated no 0',
    'unmet yes 0',
  ]);
});

test('what is not over comes last, where it was asked for', () => {
  expect(ids(worstFirst(FROM_THE_BEST, 50, { unfinished: true }).slice(-3))).toEqual([
    'unmet yes 0',
    'waiting maybe 0',
    'pending no 0',
  ]);
});

test('equals stay in their order', () => {
  const rows = [1, 2, 3].flatMap((number) => [row('unmet', 'yes', number), row('failed', 'no', number)]);
  expect(ids(worstFirst(rows, 4))).toEqual(['failed no 1', 'failed no 2', 'failed no 3', 'unmet yes 1']);
});

test.each([0, 1, 2, 7, 8])('at most %i', (most) => {
  expect(worstFirst(FROM_THE_BEST, most)).toEqual(worstFirst(FROM_THE_BEST, 50).slice(0, most));
  expect(worstFirst(FROM_THE_BEST.toReversed(), most)).toEqual(worstFirst(FROM_THE_BEST, 50).slice(0, most));
});

it('takes rows one by one', () => {
  function* rows(): Generator<ResultRow> {
    for (let number = 0; number < 20_000; number++) yield row('failed', 'no', number);
    yield row('unknown', 'maybe');
  }
  expect(ids(worstFirst(rows(), 2))).toEqual(['unknown maybe 0', 'failed no 0']);
});
