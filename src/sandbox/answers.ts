/** A JSON answer as fal's gateway writes it. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return rawJson(status, JSON.stringify(body), headers);
}

/** A JSON text with its length in the head, which distinguishes a truncated answer from a short one. */
export function rawJson(status: number, text: string, headers: Record<string, string> = {}): Response {
  return bytes(status, new TextEncoder().encode(text), { 'content-type': 'application/json', ...headers });
}

/** Bytes with their length in the head. */
export function bytes(
  status: number,
  body: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Response {
  return new Response(body, { status, headers: { ...headers, 'content-length': String(body.byteLength) } });
}

/** The platform's own error form (fal-api.md 4.2, 4.3). */
export function detail(status: number, text: string, headers: Record<string, string> = {}): Response {
  return json(status, { detail: text }, headers);
}
