import type { EditEvent } from '../edit/events.js';
import type { FalEditError } from '../errors/error.js';
import type { RowState } from '../ledger/batch/states.js';
import type { Position } from './manifest/entry.js';
import type { ResultRow, RowCounts } from './rows/result-row.js';

/** Which row an event is about. */
export interface RowName {
  key: string;
  id: string | undefined;
  place: Position;
}

/** Events of a running batch, for display. Texts from manifests and from fal are untrusted. */
export type BatchEvent =
  /** The rows as the run finds them. */
  | { type: 'started'; counts: RowCounts; toSend: number; toFetch: number; estimatedUsd: number }
  /** A row is being sent, or is waited for again. `state`: where it was before; `usd`: what it will probably cost. */
  | { type: 'begun'; row: RowName; attached: boolean; state: RowState; usd: number }
  /** A step in the edit of a row. */
  | { type: 'step'; row: RowName; event: EditEvent }
  /** fal took a row, and the run does not wait for it (`--submit-only`). */
  | { type: 'left'; row: RowName; requestId: string }
  /** A row was not taken, and is tried again in a while. */
  | { type: 'retrying'; row: RowName; error: FalEditError }
  /** A row came to an end. */
  | { type: 'ended'; row: RowName; result: ResultRow; error: FalEditError | undefined }
  /** A row is left as it is for now: fal has it, or nobody knows. */
  | { type: 'open'; row: RowName; result: ResultRow; error: FalEditError }
  /** Nothing more is sent; what is under way comes home. */
  | { type: 'stopped'; error: FalEditError };

export type OnBatchEvent = (event: BatchEvent) => void;
