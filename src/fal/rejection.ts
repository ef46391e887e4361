import type { Charged, FalEditError } from '../errors/error.js';
import { FalAnswerError } from '../errors/failures.js';
import type { ErrorKind } from '../exit-codes.js';
import { billableUnitsOf, detailRows, detailText, isHtml, type Answer } from './answer.js';
import { describeTrouble } from './trouble.js';
import { GONE_HINT } from './unreachable.js';

/** How far an edit had come when fal refused it. */
export type Stage = 'upload' | 'submit' | 'status' | 'result' | 'history';

export interface RejectionContext {
  stage: Stage;
  /** The user's name for a field of fal's input, from a row's `loc` without "body". */
  nameField: (path: (string | number)[]) => string;
  requestId?: string | undefined;
  /** fal itself says that the model failed, in its status or history. A 5xx alone may come from a gateway. */
  modelFailed?: boolean;
}

const POLICY = 'content_policy_violation';

/** Turns fal's refusal into our error: the cause in fal's own words, the cost, and what to do. */
export function rejectionError(answer: Answer, context: RejectionContext): FalEditError {
  const { stage, requestId } = context;
  const { status } = answer;
  const modelFailed = hasModelFailed(answer, context);
  const said = detailText(answer);
  const quoted = said === undefined ? '' : ` fal says: ${said}`;
  const charged = modelFailed ? 'no' : chargedBy(answer, stage);
  const build = (kind: ErrorKind, message: string, hint?: string): FalEditError =>
    new FalAnswerError(kind, message, status, retryableOf(answer), detailRows(answer), {
      hint,
      charged,
      details: detailsOf(answer, requestId),
    });

  if (status === 401) {
    return build(
      'auth',
      `fal did not accept the key (401).${quoted}`,
      'Check FAL_KEY: https://fal.ai/dashboard/keys',
    );
  }
  if (status === 403 && /\block(ed)?\b|balance/i.test(said ?? '')) {
    // The text does not prove an empty account (fal-api.md 4.3), so it is only quoted.
    const hint = 'Check https://fal.ai/dashboard/billing; fal also says this about accounts with money left.';
    return build('account', `fal refuses to work for this account (403).${quoted}`, hint);
  }
  if (status === 403)
    return build(
      'auth',
      `The key has no permission to do this (403).${quoted}`,
      'Check what the key is allowed to do.',
    );
  if (status === 404 && stage === 'result') {
    return build('failed', `fal no longer has the result, or never had it (404).${quoted}`, GONE_HINT);
  }
  if (status === 404)
    return build(
      'failed',
      `fal does not know this model (404).${quoted}`,
      'It may have been retired; nothing was charged.',
    );
  if (status >= 300 && status < 400) {
    const to = answer.headers.get('location') ?? 'nowhere';
    return build(
      'failed',
      `The request is redirected (${status}) to ${to}, and redirects are not followed.`,
      'If a proxy does this, name its final address in FAL_PROXY_URL.',
    );
  }
  if (status === 429)
    return build('temporary', `fal is getting too many requests (429).${quoted}`, 'Try again later.');
  if (status === 422) return unprocessable(answer, context, build);
  if (status === 499) return build('failed', `The edit was cancelled (499).${quoted}`);
  if (modelFailed) {
    const isLate = answer.headers.get('x-fal-request-timeout-type') === 'user';
    return build(
      'failed',
      `${isLate ? 'The edit did not start in time' : 'The model failed'} (${status}).${quoted}`,
      'fal does not charge for this. Try again, perhaps with another seed.',
    );
  }
  if (isHtml(answer) || answer.json === undefined) {
    return build(
      'temporary',
      `${capital(describeTrouble(answer))}: a gateway answered, not the model.`,
      'Try again later.',
    );
  }
  if (status >= 500) return build('temporary', `fal is in trouble (${status}).${quoted}`, 'Try again later.');
  return build('failed', `fal refused the request (${status}).${quoted}`);
}

/** Error for a 422: names the flag that caused it, or says that the content checker did. */
function unprocessable(
  answer: Answer,
  { nameField }: RejectionContext,
  build: (kind: ErrorKind, message: string, hint?: string) => FalEditError,
): FalEditError {
  const rows = detailRows(answer);
  if (rows.some((row) => row.type === POLICY)) {
    const words = rows.find((row) => row.type === POLICY)?.msg ?? '';
    return build(
      'moderated',
      `fal's content checker refused this edit. fal says: ${words}`,
      'Change the prompt or the picture.',
    );
  }
  if (rows.length === 0)
    return build('failed', `fal refused the input (422). fal says: ${detailText(answer) ?? 'nothing'}`);
  const lines = rows.map(({ loc, msg }) => {
    const path = loc[0] === 'body' ? loc.slice(1) : loc;
    return path.length === 0 ? msg : `${nameField(path)}: ${msg}`;
  });
  const hint = rows.map(({ type }) => SIZE_HINTS.get(type)).find((one) => one !== undefined);
  return build('failed', `fal refused the input: ${lines.join('; ')}`, hint);
}

/** Help for pictures of a size that the model does not take, by fal's error type (fal-api.md 4.1). */
const SIZE_HINTS: ReadonlyMap<string | undefined, string> = new Map([
  ['image_too_small', 'Enlarge it for the upload: --upscale-input'],
  ['image_too_large', 'Reduce it for the upload, e.g. to --max-upload 4MP'],
  ['file_too_large', 'Reduce it for the upload, e.g. to --max-upload 4MP'],
]);

/** Whether fal charges: by the units in the answer's header, if it has them (fal-api.md 2.9). */
function chargedBy(answer: Answer, stage: Stage): Charged {
  if (stage === 'status') return 'maybe';
  if (stage !== 'result') return 'no';
  const units = billableUnitsOf(answer);
  if (units !== undefined) return units > 0 ? 'yes' : 'no';
  return 'maybe';
}

/** Whether a 5xx for the result is the model's own, and so free (fal-api.md 2.9): fal says so elsewhere, or bills 0. */
function hasModelFailed(answer: Answer, { stage, modelFailed = false }: RejectionContext): boolean {
  return stage === 'result' && answer.status >= 500 && (modelFailed || billableUnitsOf(answer) === 0);
}

function detailsOf(answer: Answer, requestId: string | undefined): Record<string, unknown> {
  const rows = detailRows(answer);
  const said = detailText(answer);
  return {
    ...(requestId === undefined ? {} : { request_id: requestId }),
    ...(rows.length > 0 ? { detail: rows } : said === undefined ? {} : { detail: said }),
  };
}

function retryableOf({ headers }: Answer): boolean | undefined {
  const said = headers.get('x-fal-retryable');
  return said === 'true' ? true : said === 'false' ? false : undefined;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
