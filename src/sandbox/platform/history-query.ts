import * as z from 'zod';

const DAY_MS = 86_400_000;

/** An instant or a day, as the platform accepts them, in milliseconds since the epoch. */
const time = z.union([z.iso.datetime({ offset: true }), z.iso.date()]).transform((text) => Date.parse(text));

/** Page number in base64: `Mg==` is the second page. */
export const cursor = z.string().transform((text, context) => {
  const page = Buffer.from(text, 'base64').toString('latin1');
  if (/^[1-9]\d{0,8}$/.test(page) && pageCursor(Number(page)) === text) return Number(page);
  context.addIssue({ code: 'custom', message: 'not a cursor of this list' });
  return z.NEVER;
});

/**
 * `end` is exclusive; the cursor and `sort_by` are as on fal's own page of the route,
 * docs/platform-apis/v1/models/requests/by-endpoint. It has no `sort`, as in fal-api.md 5.5: a client that
 * relies on it was tested only against this sandbox.
 */
const querySchema = z.object({
  endpoint_id: z.array(z.string()).min(1).max(50),
  start: time.optional(),
  end: time.optional(),
  status: z.enum(['success', 'error', 'user_error']).optional(),
  request_id: z.uuid().optional(),
  sort_by: z.enum(['ended_at', 'duration']).default('ended_at'),
  sort: z.enum(['asc', 'desc']).default('desc'),
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.number().min(1).max(100))
    .default(50),
  cursor: cursor.default(1),
});

/** A query of the history (fal-api.md 5.5). */
export interface HistoryQuery {
  endpoints: readonly string[];
  /** Wall clock, milliseconds; `start` is inclusive, `end` exclusive. */
  start: number;
  end: number;
  status: 'success' | 'error' | 'user_error' | undefined;
  requestId: string | undefined;
  sortBy: 'ended_at' | 'duration';
  sort: 'asc' | 'desc';
  limit: number;
  /** From 1. */
  page: number;
}

/**
 * Reads a query; parameters that the platform does not have are ignored.
 *
 * @throws Error whose message names the invalid parameter
 */
export function readHistoryQuery(
  endpoints: readonly string[],
  query: Readonly<Record<string, string>>,
  now: number,
): HistoryQuery {
  const parsed = querySchema.safeParse({ ...query, endpoint_id: endpoints });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${String(issue?.path[0] ?? 'query')}: ${issue?.message ?? 'invalid'}`);
  }
  const { start, end, status, request_id, sort_by, sort, limit, cursor: page } = parsed.data;
  return {
    endpoints,
    start: start ?? now - (request_id === undefined ? 1 : 90) * DAY_MS,
    end: end ?? Infinity,
    status,
    requestId: request_id,
    sortBy: sort_by,
    sort,
    limit,
    page,
  };
}

/** The cursor of a page. */
export function pageCursor(page: number): string {
  return Buffer.from(String(page)).toString('base64');
}
