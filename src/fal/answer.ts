import type { FetchResponse } from '../light-fetch.js';

/** An HTTP answer, read whole: text first, JSON second, since gateways answer with HTML where JSON is due. */
export interface Answer {
  status: number;
  headers: FetchResponse['headers'];
  text: string;
  /** Undefined when the text is not JSON, whatever the content type says. */
  json: unknown;
}

/** One row of a 422 (fal-api.md 4.1). */
export interface DetailRow {
  /** Where, e.g. ["body", "image_url"]. */
  loc: (string | number)[];
  msg: string;
  /** What to go by; the message is for people. */
  type: string;
}

/** @throws whatever the socket does while the body is read */
export async function readAnswer(response: FetchResponse): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: parse(text),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether it is a page for people: what a gateway says when fal itself did not answer. */
export function isHtml(answer: Answer): boolean {
  return answer.json === undefined && /^\s*<(!doctype|html|head|body|title|h1)\b/i.test(answer.text);
}

/** fal's own words in `detail` (models, platform) or `error.message` (api.fal.ai); undefined where there are none. */
export function detailText(answer: Answer): string | undefined {
  const body = asRecord(answer.json);
  const detail = body?.['detail'];
  if (typeof detail === 'string') return detail;
  const rows = detailRows(answer);
  if (rows.length > 0) return rows.map((row) => row.msg).join('; ');
  const message = asRecord(body?.['error'])?.['message'] ?? body?.['message'] ?? body?.['error'];
  return typeof message === 'string' ? message : undefined;
}

/** The rows of a 422; empty where `detail` is not a list of them. Rows of a form that nobody knows are kept as text. */
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

/** What fal bills, from `x-fal-billable-units` (fal-api.md 5.3); undefined where it does not say, or says no number. */
export function billableUnitsOf(answer: Answer): number | undefined {
  const text = answer.headers.get('x-fal-billable-units')?.trim() ?? '';
  const units = text === '' ? NaN : Number(text);
  return Number.isFinite(units) && units >= 0 ? units : undefined;
}

/** The value as an object with properties, if it is one. */
export function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
