/** Events of a running edit, for display. Texts from fal are as fal sent them: untrusted. */
export type EditEvent =
  | { type: 'warning'; message: string }
  /** An earlier run of the same command was cut short: its edit is finished, none is paid for. */
  | { type: 'resumed'; requestId: string; plannedAt: number }
  /** Another process is making this same edit: it is waited for, and none is paid for here. */
  | { type: 'waiting'; job: string; pid: number }
  /** The edit is at fal, and the ledger could not be told: the id must not be lost. */
  | { type: 'unrecorded'; requestId: string; why: string }
  | { type: 'uploading'; files: number; bytes: number }
  | { type: 'uploaded'; label: string; url: string }
  /** `proxies`: what it goes through on its way to fal, without passwords; none on this machine. */
  | { type: 'submitting'; estimatedUsd: number; proxies: string[] }
  | { type: 'accepted'; requestId: string }
  | { type: 'queued'; position: number | undefined }
  | { type: 'running' }
  | { type: 'log'; level: string; message: string }
  | { type: 'completed' }
  | { type: 'downloading'; pictures: number }
  | { type: 'saved'; path: string; width: number; height: number; bytes: number };

export type OnEvent = (event: EditEvent) => void;
