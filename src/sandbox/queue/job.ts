/** The model's own answer: the result route passes it on as it is (fal-api.md 2.4). */
export interface ModelAnswer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  billableUnits: number;
  /** Refused before any inference: the job is over at once instead of after the inference time. */
  atOnce?: boolean;
}

export interface LogLine {
  message: string;
  level: 'INFO';
  source: 'USER';
  timestamp: string;
}

/** The contents of a submit. */
export interface Submission {
  endpoint: string;
  /** `owner/app`, the part that returned URLs carry. */
  app: string;
  input: unknown;
  unitPrice: number;
  lifecycle: string | null;
  priority: string | null;
  /** Milliseconds within which the job must have started, else it ends as 504. */
  startTimeoutMs?: number;
}

export interface Job extends Submission {
  id: string;
  /** Key shared by every submit of one edit: see `jobKey`. */
  key: string;
  state: 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED';
  logs: LogLine[];
  /** Wall clock by the sandbox, as the two that follow. */
  acceptedAt: number;
  startedAt: number | undefined;
  completedAt: number | undefined;
  /** Seconds. */
  inferenceTime: number | undefined;
  answer: ModelAnswer | undefined;
  cancelledInQueue: boolean;
  /** On the monotonic clock: the earliest moment at which a runner takes it. */
  readyAt: number;
  stop: AbortController;
  /** Called after every change of state, place or log. */
  watchers: Set<() => void>;
}
