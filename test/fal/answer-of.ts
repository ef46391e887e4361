import type { Answer } from '../../src/fal/answer.js';

/** An answer as it is after it was read whole. */
export function answerOf(status: number, text: string, headers: Record<string, string> = {}): Answer {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status, headers: new Headers(headers), text, json };
}
