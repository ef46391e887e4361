/* What fal may answer to an edit that it took, or to one that it did not, and what becomes of it. */
import { describe, expect, test } from 'vitest';
import type { Toxic } from '../src/sandbox/faults/toxics.js';
import { editCat, leftIn, statusToxic } from './edit/harness.js';
import { sandbox } from './support/sandbox.js';
import { front, isResult, sendJson } from './fal/servers.js';

const row = (loc: (string | number)[], msg: string, type = 'less_than_equal') => ({ loc, msg, type });
const NO_UNITS = { 'x-fal-billable-units': '0' };
const LOCKED = 'User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.';

interface Expected {
  code: number;
  charged: string;
  says: RegExp;
}

describe('a refusal at the submit', () => {
  const cases: [name: string, toxic: Toxic, expected: Expected][] = [
    [
      '401',
      statusToxic('submit', 401, { detail: 'No user found for Key ID and Secret' }),
      { code: 4, charged: 'no', says: /key.*401.*No user found for Key ID and Secret/ },
    ],
    [
      '403 for a lock',
      statusToxic('submit', 403, { detail: LOCKED }),
      { code: 5, charged: 'no', says: /Exhausted balance/ },
    ],
    [
      '403 for another lock',
      statusToxic('submit', 403, { detail: 'User is locked. Reason: TOP_UP.' }),
      { code: 5, charged: 'no', says: /TOP_UP/ },
    ],
    [
      '403 for something else',
      statusToxic('submit', 403, { detail: 'Blocked by policy' }),
      { code: 4, charged: 'no', says: /Blocked by policy/ },
    ],
    ['403 without a word', statusToxic('submit', 403, {}), { code: 4, charged: 'no', says: /403/ }],
    [
      '404',
      statusToxic('submit', 404, { detail: 'Application "flux-general" not found' }),
      { code: 1, charged: 'no', says: /does not know this model.*Application/ },
    ],
    [
      '422 at once',
      statusToxic('submit', 422, { detail: [row(['body', 'num_inference_steps'], 'too many')] }),
      { code: 1, charged: 'no', says: /--steps: too many/ },
    ],
    ['400', statusToxic('submit', 400, { detail: 'bad' }), { code: 1, charged: 'no', says: /400.*bad/ }],
    [
      '413 in HTML',
      statusToxic('submit', 413, 'Too large', {}, true),
      { code: 7, charged: 'no', says: /413 with an HTML page/ },
    ],
  ];
  test.each(cases)('%s', async (_, toxic, { code, charged, says }) => {
    const fal = await sandbox({ toxics: [toxic] });
    const { document, cwd, ...result } = await editCat({ env: fal.env });
    expect([result.code, document.error?.charged]).toEqual([code, charged]);
    expect(document.error?.message).toMatch(says);
    expect(result.stderr).toMatch(says);
    expect(await leftIn(cwd)).toEqual([]);
    expect(fal.ledger().accepted).toEqual([]);
  });
});

describe('a refusal as the result', () => {
  const detail = (...rows: unknown[]) => ({ detail: rows });
  const cases: [name: string, toxic: Toxic, expected: Expected][] = [
    [
      '422 for the steps',
      statusToxic('result', 422, detail(row(['body', 'num_inference_steps'], 'at most 50')), NO_UNITS),
      { code: 1, charged: 'no', says: /--steps: at most 50/ },
    ],
    [
      '422 for prompt and picture',
      statusToxic(
        'result',
        422,
        detail(row(['body', 'prompt'], 'too short'), row(['body', 'image_url'], 'no picture')),
      ),
      { code: 1, charged: 'maybe', says: /--prompt: too short; --image: no picture/ },
    ],
    [
      '422 for a LoRA',
      statusToxic('result', 422, detail(row(['body', 'loras', 1, 'path'], 'not found')), NO_UNITS),
      { code: 1, charged: 'no', says: /--lora \(number 2\): not found/ },
    ],
    [
      '422 for a field without a flag',
      statusToxic('result', 422, detail(row(['body', 'ip_adapters', 0, 'scale'], 'too big')), NO_UNITS),
      { code: 1, charged: 'no', says: /--set ip_adapters\.0\.scale: too big/ },
    ],
    [
      '422 for the whole body',
      statusToxic('result', 422, detail(row(['body'], 'two at once')), NO_UNITS),
      { code: 1, charged: 'no', says: /refused the input: two at once/ },
    ],
    [
      '422 that was paid for',
      statusToxic('result', 422, detail(row(['body'], 'late')), { 'x-fal-billable-units': '1' }),
      { code: 1, charged: 'yes', says: /late/ },
    ],
    [
      '422 with a text',
      statusToxic('result', 422, { detail: 'just so' }),
      { code: 1, charged: 'maybe', says: /just so/ },
    ],
    [
      '422 of another form',
      statusToxic('result', 422, { detail: [{ odd: true }, 'plain'] }),
      { code: 1, charged: 'maybe', says: /"odd":true/ },
    ],
    [
      'content policy',
      statusToxic(
        'result',
        422,
        detail(row(['body', 'prompt'], 'flagged by a checker', 'content_policy_violation')),
        NO_UNITS,
      ),
      { code: 6, charged: 'no', says: /content checker.*flagged by a checker/ },
    ],
    [
      '401',
      statusToxic('result', 401, { detail: 'No user' }),
      { code: 4, charged: 'maybe', says: /401.*No user/ },
    ],
    [
      '403 locked',
      statusToxic('result', 403, { detail: LOCKED }),
      { code: 5, charged: 'maybe', says: /balance/ },
    ],
    [
      '403 other',
      statusToxic('result', 403, { detail: 'No' }),
      { code: 4, charged: 'maybe', says: /403.*No/ },
    ],
    [
      '404',
      statusToxic('result', 404, { status: 'NOT_FOUND' }),
      { code: 1, charged: 'maybe', says: /no longer has the result/ },
    ],
    [
      '499',
      statusToxic('result', 499, { detail: 'Request cancelled by the client.' }, NO_UNITS),
      { code: 1, charged: 'no', says: /cancelled/ },
    ],
    [
      '500',
      statusToxic('result', 500, { detail: 'Internal Server Error' }, NO_UNITS),
      { code: 1, charged: 'no', says: /model failed.*500.*Internal Server Error/ },
    ],
    [
      '503',
      statusToxic('result', 503, { detail: 'Runner lost', error_type: 'runner_disconnected' }, NO_UNITS),
      { code: 1, charged: 'no', says: /503.*Runner lost/ },
    ],
    [
      '504',
      statusToxic('result', 504, { detail: 'Too slow' }, NO_UNITS),
      { code: 1, charged: 'no', says: /504.*Too slow/ },
    ],
    [
      '504 that never started',
      statusToxic('result', 504, { detail: 'Late' }, { ...NO_UNITS, 'x-fal-request-timeout-type': 'user' }),
      { code: 1, charged: 'no', says: /did not start in time/ },
    ],
  ];
  test.each(cases)('%s', async (_, toxic, { code, charged, says }) => {
    // What the queue has forgotten, fal's history has forgotten too; where it has not, see edit/waiting.test.ts.
    const fal = await sandbox({ toxics: [toxic], historyPayloads: false });
    const { document, cwd, ...result } = await editCat({ env: fal.env });
    expect([result.code, document.error?.charged]).toEqual([code, charged]);
    expect(document.error?.message).toMatch(says);
    const [accepted] = fal.ledger().accepted;
    expect(document.request_id).toBe(accepted?.request_id);
    expect(document.error?.details?.['request_id']).toBe(accepted?.request_id);
    expect(await leftIn(cwd)).toEqual([]);
  });

  test('a nested field of the other model', async () => {
    const toxic = statusToxic('result', 422, detail(row(['body', 'image_urls', 0], 'unreadable')), NO_UNITS);
    const fal = await sandbox({ toxics: [toxic] });
    const { document } = await editCat({ env: fal.env }, '-m', 'flux-2-lora');
    expect(document.error?.message).toMatch(/--image: unreadable/);
  });

  test("the sandbox's own checker and its own failure", async () => {
    const fal = await sandbox();
    const policy = await editCat({ env: fal.env }, '-p', '[sandbox:policy]');
    const failure = await editCat({ env: fal.env }, '-p', '[sandbox:fail]');
    expect([policy.code, policy.document.error?.charged]).toEqual([6, 'no']);
    expect([failure.code, failure.document.error?.charged]).toEqual([1, 'no']);
  });
});

describe('trouble on the way to the result', () => {
  test.each([
    ['HTML with 200', { type: 'html', on: 'result' }],
    ['429', statusToxic('result', 429, { detail: 'slow down' })],
    ['429 with Retry-After', statusToxic('result', 429, { detail: 'slow down' }, { 'retry-after': '1' })],
    ['a cut body', { type: 'limit_data', on: 'result', fraction: 0.5 }],
    ['a reset', { type: 'reset_peer', on: 'result' }],
    ['half a JSON text', { type: 'garbage', on: 'result' }],
    ['not yet', statusToxic('result', 400, { detail: 'Request is still in progress' })],
  ] as [string, Toxic][])('%s, twice, then fine', async (_, toxic) => {
    const fal = await sandbox({ toxics: [{ ...toxic, times: 2 }] });
    const { code, document } = await editCat({ env: fal.env });
    expect([code, document.status, fal.ledger().requests.by_role.result]).toEqual([0, 'ok', 3]);
  });

  test('HTML with 502, twice: the history has the result by then', async () => {
    const toxic = statusToxic('result', 502, 'Bad gateway', {}, true);
    const fal = await sandbox({ toxics: [{ ...toxic, times: 2 }] });
    const { code, document } = await editCat({ env: fal.env });
    expect([code, document.status, fal.ledger().requests.by_role.result]).toEqual([0, 'ok', 2]);
    expect(fal.ledger().requests.by_role.history).toBe(1);
  });

  test('an HTML page for ever, and no history: the deadline ends it, and the request is named', async () => {
    const fal = await sandbox({
      toxics: [statusToxic('result', 502, 'Bad gateway', {}, true), statusToxic('history', 500)],
    });
    const { code, document } = await editCat({ env: fal.env }, '--timeout', '900ms');
    expect([code, document.error?.charged]).toEqual([7, 'maybe']);
    expect(document.error?.message).toMatch(/502 with an HTML page/);
    expect(document.error?.message).toContain(fal.ledger().accepted[0]!.request_id);
  });

  test('a success that is never JSON', async () => {
    const fal = await sandbox({ toxics: [{ type: 'garbage', on: 'result' }] });
    const { code, document } = await editCat({ env: fal.env });
    expect([code, document.error?.charged]).toEqual([7, 'yes']);
    expect(document.error?.message).toMatch(/cannot be read.*not JSON/);
  });
});

describe('a success without a picture', () => {
  const bodies: [string, unknown][] = [
    ['an empty list', { images: [] }],
    ['no list', { seed: 1 }],
    ['pictures without an address', { images: [{ width: 3 }] }],
    ['a list', []],
    ['a text', 'done'],
    ['null', null],
  ];
  test.each(bodies)('%s', async (_, body) => {
    const fal = await sandbox();
    const { url } = await front(
      fal,
      (visit, response) => isResult(visit) && sendJson(response, 200, body, { 'x-fal-billable-units': '1' }),
    );
    const { code, document } = await editCat({ env: { ...fal.env, FAL_PROXY_URL: url } });
    expect([code, document.error?.kind, document.error?.charged]).toEqual([1, 'failed', 'yes']);
    expect(document.error?.message).toMatch(/contains no picture/);
  });

  test('as the sandbox makes it', async () => {
    const fal = await sandbox({ toxics: [{ type: 'no_images', on: 'result' }] });
    const { code, document } = await editCat({ env: fal.env });
    expect([code, document.error?.charged]).toEqual([1, 'yes']);
  });
});

test('billed units and dollars of --json are from the answer', async () => {
  const fal = await sandbox();
  const { document } = await editCat({ env: fal.env });
  expect(document.cost).toMatchObject({
    billed_units: 1,
    unit_price_usd: 0.075,
    billed_usd: 0.075,
    estimated_usd: 0.075,
  });
  expect(document.timings.inference_ms).toBeGreaterThan(0);
});
