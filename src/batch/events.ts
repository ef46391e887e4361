import type { EditEvent } from '../edit/events.js';
import type { FalEditError } from '../errors/error.js';
import type { RowState } from '../ledger/batch/states.js';
import type { Position } from './manifest/entry.js';
import type { ResultRow, RowCounts } from './rows/result-row.js';

/** Identifies the row of an event. */
export interface RowName {
  key: string;
  id: string | undefined;
  place: Position;
}

/** Events of a running batch, for display. Texts from manifests and from fal are untrusted. */
export type BatchEvent =
  /** The rows at the start of the run. `estimatedUsd`: null if the cost of any row to send is unknown. */
  | { type: 'started'; counts: RowCounts; toSend: number; toFetch: number; estimatedUsd: number | null }
  /** A row is being sent or waited for. `state`: before this run; `usd`: estimated cost. */
  | { type: 'begun'; row: RowName; attached: boolean; state: RowState; usd: number }
  /** A step in the edit of a row. */
  | { type: 'step'; row: RowName; event: EditEvent }
  /** fal accepted a row, and the run does not wait for it (`--submit-only`). */
  | { type: 'left'; row: RowName; requestId: string }
  /** fal did not accept a row; it will be retried. */
  | { type: 'retrying'; row: RowName; error: FalEditError }
  /** A row ended. */
  | { type: 'ended'; row: RowName; result: ResultRow; error: FalEditError | undefined }
  /** A row is left open for now: fal has it, or its outcome is unknown. */
  | { type: 'open'; row: RowName; result: ResultRow; error: FalEditError }
  /** Nothing more is sent; rows already at fal are still fetched. */
  | { type: 'stopped'; error: FalEditError };

export type OnBatchEvent = (event: BatchEvent) => void;
