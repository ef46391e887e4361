import { parseStatus } from '../fal/answer.js';
import type { EditRecord } from './record.js';

/** Events of a running edit, for display. Texts from fal are unchanged, and not trusted. */
export type EditEvent =
  | { type: 'warning'; message: string }
  /** A picture was changed for its upload, or a remark on a saved file. */
  | { type: 'note'; message: string }
  /** An earlier run of the same command was cut short: its edit is finished instead of paying for another. */
  | { type: 'resumed'; requestId: string; plannedAt: number }
  /** Another process is making the same edit: this run waits for it, and pays for none. */
  | { type: 'waiting'; job: string; pid: number }
  /** The edit is at fal, but the ledger could not record it: the id must not be lost. */
  | { type: 'unrecorded'; requestId: string; why: string }
  | { type: 'uploading'; files: number; bytes: number }
  | { type: 'uploaded'; label: string; url: string }
  /** `proxies`: the proxies on the way to fal, without passwords; none on this machine. */
  | ({ type: 'submitting'; proxies: string[] } & EstimatedCost)
  | { type: 'accepted'; requestId: string }
  | { type: 'queued'; position: number | undefined }
  | { type: 'running' }
  | { type: 'log'; level: string; message: string }
  | { type: 'completed' }
  | { type: 'downloading'; pictures: number }
  /** The size is null for a file that is no picture of pixels. */
  | { type: 'saved'; path: string; width: number | null; height: number | null; bytes: number };

/** The cost of an edit as known before it is sent. */
export type EstimatedCost = Pick<EditRecord['cost'], 'estimatedUsd' | 'grade' | 'unknown'>;

export type OnEvent = (event: EditEvent) => void;

type Times = EditRecord['timings'];

/**
 * Turns fal's status updates into events. Create it when the waiting begins.
 *
 * @param elapsed milliseconds from an arbitrary point
 * @param onTimes called with the times that an update gives
 */
export function statusWatcher(
  onEvent: OnEvent,
  elapsed: () => number,
  onTimes: (times: Partial<Times>) => void,
): (update: unknown) => void {
  const began = elapsed();
  let seenLogs = 0;
  return (update) => {
    const status = parseStatus(update);
    if (status === undefined) return;
    if (status.status !== 'IN_QUEUE') onTimes({ queuedMs: Math.round(elapsed() - began) });
    if (status.inferenceSeconds !== undefined) {
      onTimes({ inferenceMs: Math.round(status.inferenceSeconds * 1000) });
    }
    // Each update from the client has all lines so far.
    for (const { level, message } of status.logs.slice(seenLogs)) onEvent({ type: 'log', level, message });
    seenLogs = Math.max(seenLogs, status.logs.length);
    if (status.status === 'IN_QUEUE') onEvent({ type: 'queued', position: status.queuePosition });
    if (status.status === 'IN_PROGRESS') onEvent({ type: 'running' });
    if (status.status === 'COMPLETED') onEvent({ type: 'completed' });
  };
}
