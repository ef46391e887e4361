/* What happens in a batch, as short as tests need it. */
import type { BatchEvent } from '../../src/batch/events.js';
import type { ResultRow, RowCounts, RowState } from '../../src/batch/rows/result-row.js';
import type { EditEvent } from '../../src/edit/events.js';
import { FalEditError } from '../../src/errors/error.js';

const none: RowCounts = { pending: 0, waiting: 0, done: 0, unmet: 0, failed: 0, moderated: 0, unknown: 0 };

export const started = (counts: Partial<RowCounts>, toSend: number, toFetch = 0): BatchEvent => ({
  type: 'started',
  counts: { ...none, ...counts },
  toSend,
  toFetch,
  estimatedUsd: 0,
});
export const nameOf = (key: string, id?: string) => ({ key, id, place: { file: 'rows.csv', line: 17 } });
export const begun = (key: string): BatchEvent => ({
  ...{ type: 'begun', row: nameOf(key), attached: false, state: 'pending', usd: 0.075 },
});
export const step = (key: string, event: EditEvent): BatchEvent => ({
  type: 'step',
  row: nameOf(key),
  event,
});
const resultWith = (state: RowState, message: string): ResultRow =>
  ({ state, error: state === 'done' ? null : { kind: 'failed', message } }) as unknown as ResultRow;
export const ended = (
  key: string,
  state: RowState = 'done',
  message = 'it broke',
  id?: string,
): BatchEvent => ({
  type: 'ended',
  row: nameOf(key, id),
  result: resultWith(state, message),
  error: undefined,
});
export const open = (key: string, message: string): BatchEvent => ({
  type: 'open',
  row: nameOf(key),
  result: resultWith('unknown', message),
  error: new FalEditError('unknown', message),
});
export const retrying = (key: string): BatchEvent => ({
  type: 'retrying',
  row: nameOf(key),
  error: new FalEditError('temporary', 'fal is busy'),
});
