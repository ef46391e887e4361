/** The model's own answer: the result route passes it on unchanged (fal-api.md 2.4). */
export interface ModelAnswer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  billableUnits: number;
  /** Rejected before any inference: the job ends at once instead of after the inference time. */
  atOnce?: boolean;
}

export interface LogLine {
  message: string;
  level: 'INFO';
  source: 'USER';
  timestamp: string;
}

/** Contents of a submit. */
export interface Submission {
  endpoint: string;
  /** `owner/app`, the part that returned URLs carry. */
  app: string;
  input: unknown;
  unitPrice: number;
  lifecycle: string | null;
  priority: string | null;
  /** Milliseconds within which the job must start, else it ends with 504. */
  startTimeoutMs?: number;
}

export interface Job extends Submission {
  id: string;
  /** Key shared by every submit of one edit: see `jobKey`. */
  key: string;
  state: 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED';
  logs: LogLine[];
  /** Wall clock of the sandbox, like the next two. */
  acceptedAt: number;
  startedAt: number | undefined;
  completedAt: number | undefined;
  /** Seconds. */
  inferenceTime: number | undefined;
  answer: ModelAnswer | undefined;
  cancelledInQueue: boolean;
  /** Monotonic clock: the earliest time at which a runner takes it. */
  readyAt: number;
  stop: AbortController;
  /** Called after every change of state, queue position or log. */
  watchers: Set<() => void>;
}
