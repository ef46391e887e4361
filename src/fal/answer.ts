import * as z from 'zod';
import { type DetailRow } from '../errors/failures.js';
import type { FetchBody, FetchResponse } from '../light-fetch.js';

/** A complete HTTP answer. Read as text first and JSON second, since gateways send HTML where JSON is expected. */
export interface Answer {
  status: number;
  headers: FetchResponse['headers'];
  text: string;
  /** Undefined when the text is not JSON, whatever the content type says. */
  json: unknown;
  /** True if it was longer than {@link MAX_ANSWER_BYTES} and so not read to its end; the text is then empty. */
  tooLarge?: true;
}

/** The longest answer that we read, after unpacking: 16 MB. Answers from fal are a few kilobytes. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** A body is longer than we accept. */
export class TooLargeError extends Error {
  constructor(maxBytes: number) {
    super(`it is larger than ${maxBytes / (1024 * 1024)} MB`);
  }
}

/**
 * Reads a whole body, unpacked. Everything a server sends is read here or in the status stream, so that nothing can
 * fill the memory. The time limit is the request's signal.
 *
 * @throws TooLargeError, after hanging up; the socket's own errors
 */
export async function readBytes(body: FetchBody | null, maxBytes: number): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const bytes = chunk.value ?? new Uint8Array();
    length += bytes.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      throw new TooLargeError(maxBytes);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** @throws the socket's own errors while the body is read */
export async function readAnswer(response: FetchResponse): Promise<Answer> {
  const { status, headers } = response;
  try {
    const text = new TextDecoder().decode(await readBytes(response.body, MAX_ANSWER_BYTES));
    return { status, headers, text, json: parse(text) };
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    return { status, headers, text: '', json: undefined, tooLarge: true };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether it is a page for people, which a gateway sends when fal itself did not answer. */
export function isHtml(answer: Answer): boolean {
  return answer.json === undefined && /^\s*<(!doctype|html|head|body|title|h1)\b/i.test(answer.text);
}

/** fal's own message, in `detail` (models, platform) or `error.message` (api.fal.ai); undefined if there is none. */
export function detailText(answer: Answer): string | undefined {
  const body = asRecord(answer.json);
  const detail = body?.['detail'];
  if (typeof detail === 'string') return detail;
  const rows = detailRows(answer);
  if (rows.length > 0) return rows.map((row) => row.msg).join('; ');
  const message = asRecord(body?.['error'])?.['message'] ?? body?.['message'] ?? body?.['error'];
  return typeof message === 'string' ? message : undefined;
}

/** The rows of a 422; empty where `detail` is not a list. Rows of an unknown form are kept as text. */
export function detailRows(answer: Answer): DetailRow[] {
  const detail = asRecord(answer.json)?.['detail'];
  if (!Array.isArray(detail)) return [];
  return detail.map((row: unknown) => {
    const { loc, msg, type } = asRecord(row) ?? {};
    return {
      loc: Array.isArray(loc)
        ? loc.filter((part) => typeof part === 'string' || typeof part === 'number')
        : [],
      msg: typeof msg === 'string' ? msg : JSON.stringify(row),
      type: typeof type === 'string' ? type : '',
    };
  });
}

/** More units than any picture is billed for: a larger number is an error. */
const MOST_UNITS = 1_000_000;

/** Units that fal bills, from `x-fal-billable-units` (fal-api.md 5.3); undefined if missing or not plausible. */
export function billableUnitsOf(answer: Answer): number | undefined {
  const text = answer.headers.get('x-fal-billable-units')?.trim() ?? '';
  const units = text === '' ? NaN : Number(text);
  return units >= 0 && units <= MOST_UNITS ? units : undefined;
}

/** The value if it is an object with properties, else undefined. */
export function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

/** One log line of a running model. The text is from the model, unchanged. */
export interface LogLine {
  message: string;
  level: string;
  timestamp: string;
}

/** Status of a request at fal. There are three states; COMPLETED also covers failure (fal-api.md 2.2). */
export interface QueueStatus {
  status: 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED';
  /** Number of requests ahead of this one; 0 is next. */
  queuePosition: number | undefined;
  logs: LogLine[];
  /** Seconds, once completed. */
  inferenceSeconds: number | undefined;
  /** fal reports a failure: COMPLETED with `error` (fal-api.md 2.2). If false, the request may still have failed. */
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

/** Reads a status object; undefined if it is not one. */
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
