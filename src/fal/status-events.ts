import * as z from 'zod';

/** One log line of a running model. Its text is whatever the model printed. */
export interface LogLine {
  message: string;
  level: string;
  timestamp: string;
}

/** Status of a request at fal: three states, of which COMPLETED also covers failure (fal-api.md 2.2). */
export interface QueueStatus {
  status: 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED';
  /** How many are before this one; 0 is next. */
  queuePosition: number | undefined;
  logs: LogLine[];
  /** Seconds, once completed. */
  inferenceSeconds: number | undefined;
  /** fal says that the request failed: COMPLETED with `error` (fal-api.md 2.2). Without it, it may have failed all the same. */
  failed: boolean;
}

const text = z.string().catch('');

const schema = z.looseObject({
  status: z.enum(['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED']),
  // Positions above 8,000 have been seen.
  queue_position: z.number().int().min(0).max(1e9).nullish().catch(undefined),
  logs: z
    .array(z.looseObject({ message: text, level: text, timestamp: text }))
    .nullish()
    .catch(undefined),
  metrics: z
    .looseObject({ inference_time: z.number().min(0).max(1e6).nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
  error: z.unknown().optional(),
});

/** Reads a status object; undefined when it is none. */
export function parseStatus(json: unknown): QueueStatus | undefined {
  const parsed = schema.safeParse(json);
  if (!parsed.success) return undefined;
  const { status, queue_position, logs, metrics, error } = parsed.data;
  return {
    status,
    queuePosition: queue_position ?? undefined,
    logs: logs ?? [],
    inferenceSeconds: metrics?.inference_time ?? undefined,
    failed: status === 'COMPLETED' && error != null && error !== '' && error !== false,
  };
}
