import type { Job, ModelAnswer } from './job.js';
import { row, type Row } from './validate.js';

/** Answer of a model that does not accept its input (fal-api.md 4.1). */
export function refused(rows: Row[]): ModelAnswer {
  return {
    status: 422,
    body: { detail: rows },
    headers: { 'x-fal-retryable': 'false', 'x-fal-error-type': rows[0]?.type ?? 'bad_request' },
    billableUnits: 0,
    atOnce: true,
  };
}

/** Answer of an app that has no such path. */
export function unknownPath(job: Job): ModelAnswer {
  const detail = `Path ${job.endpoint.slice(job.app.length) || '/'} not found`;
  return { status: 404, body: { detail }, billableUnits: 0, atOnce: true };
}

/** Failure requested by words in the prompt, for people who test how their scripts handle it. */
export function scripted(prompt: string): ModelAnswer | undefined {
  if (prompt.includes('[sandbox:policy]')) {
    const msg =
      'The content could not be processed because it contained material flagged by a content checker.';
    return {
      ...refused([row(['body', 'prompt'], 'content_policy_violation', msg, prompt)]),
      atOnce: false,
    };
  }
  if (prompt.includes('[sandbox:fail]')) throw new Error('asked for by the prompt');
  return undefined;
}
