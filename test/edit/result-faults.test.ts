/* A 5xx where the result is asked for: a gateway's, or the model's own failure. Only fal itself can tell them apart. */
import { describe, expect, test } from 'vitest';
import { front, isResult, sendJson, type Visit } from '../fal/servers.js';
import { onlyJobIn, stateIn } from '../support/ledger.js';
import { runCli } from '../support/run-cli.js';
import { sandbox, type TestSandboxSettings } from '../support/sandbox.js';
import { editCat, leftIn, statusToxic } from './harness.js';
import { seenBy, statesIn } from './lost.js';

const CODES = [500, 502, 503, 504];
/** The sandbox's model fails on it. */
const FAILING = ['-p', 'a cat [sandbox:fail]'];

const isLook = ({ target }: Visit): boolean => target.includes('/status');

/** An edit through a gateway that takes `error` out of each status, and answers the result as it is told. */
async function behindGateway(settings: TestSandboxSettings, code: number, ...flags: string[]) {
  const fal = await sandbox(settings);
  const { url } = await front(fal, async (visit, response) => {
    const isHistory = visit.target.includes('by-endpoint');
    if (isResult(visit) && !isHistory) return sendJson(response, code, { detail: 'upstream trouble' });
    if (!isLook(visit)) return false;
    if (visit.target.includes('/stream')) return sendJson(response, 404, {});
    const looked = await fetch(fal.proxyUrl, {
      headers: {
        'x-fal-target-url': visit.target,
        authorization: `Key ${fal.env['FAL_KEY'] ?? ''}`,
      },
    });
    const status = (await looked.json()) as Record<string, unknown>;
    return sendJson(response, looked.status, { ...status, error: undefined, error_type: undefined });
  });
  return { fal, ...(await editCat({ env: { ...fal.env, FAL_PROXY_URL: url } }, ...flags)) };
}

describe.each([false, true])('as a page: %s', (html) => {
  test.each(CODES)('%d twice: the result is asked for again', async (code) => {
    const fal = await sandbox({
      toxics: [{ ...statusToxic('result', code, undefined, {}, html), times: 2 }],
    });
    const { code: exit, cwd, stderr } = await editCat({ env: fal.env });
    expect([exit, await leftIn(cwd), seenBy(fal)], stderr).toEqual([
      0,
      ['out.png'],
      { accepted: 1, posts: 1 },
    ]);
    expect(await statesIn(cwd)).toEqual(['saved']);
  });

  test.each(html ? [502] : [500, 503])('%d for ever: temporary, and the edit stays open', async (code) => {
    const toxics = [statusToxic('result', code, undefined, {}, html), statusToxic('history', 403)];
    const fal = await sandbox({ toxics });
    const { code: exit, cwd, document } = await editCat({ env: fal.env }, '--timeout', '2s');
    expect([exit, document.error?.kind, document.error?.charged]).toEqual([7, 'temporary', 'maybe']);
    expect(document.error?.message).toContain('is finished, but its result could not be fetched');
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({
      state: 'accepted',
      charged: 'maybe',
      owner: undefined,
    });
    fal.clearToxics();
    const result = await runCli(['wait', document.request_id ?? ''], { cwd, env: fal.env });
    expect([result.code, result.stdout, seenBy(fal).accepted], result.stderr).toEqual([0, 'out.png\n', 1]);
  });
});

test('the same command and wait --unfinished go on with it, and reconcile names it', async () => {
  const fal = await sandbox({ toxics: [statusToxic('result', 503), statusToxic('history', 403)] });
  const { cwd, code, document } = await editCat({ env: fal.env }, '--timeout', '2s');
  expect(code).toBe(7);
  fal.clearToxics();
  const requestId = document.request_id ?? '';
  const known = await runCli(['reconcile', requestId], { cwd, env: fal.env });
  expect(known.stderr).toContain(`fal-edit wait ${requestId}`);
  const answer = await runCli(['result', requestId], { cwd, env: fal.env });
  expect([answer.code, answer.json()], answer.stderr).toEqual([
    0,
    expect.objectContaining({ seed: expect.any(Number) as number }),
  ]);
  const waited = await runCli(['wait', '--unfinished'], { cwd, env: fal.env });
  expect([waited.code, waited.stdout], waited.stderr).toEqual([0, 'out.png\n']);
  expect(seenBy(fal)).toEqual({ accepted: 1, posts: 1 });
});

describe('it is the model that failed', () => {
  test('by the status: at once, and not charged', async () => {
    const fal = await sandbox();
    const { code, document, cwd } = await editCat({ env: fal.env }, ...FAILING);
    expect([code, document.error?.kind, document.error?.charged]).toEqual([1, 'failed', 'no']);
    expect([fal.ledger().requests.by_role.result, fal.ledger().requests.by_role.history]).toEqual([
      1,
      undefined,
    ]);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({
      state: 'failed',
      charged: 'no',
      error: { retryable: true },
    });
  });

  test("by the status, and a gateway speaks first: the model's own words are waited for", async () => {
    const fal = await sandbox({
      toxics: [{ ...statusToxic('result', 503, { detail: 'gateway' }), times: 2 }],
    });
    const { code, document } = await editCat({ env: fal.env }, ...FAILING);
    expect([code, document.error?.charged]).toEqual([1, 'no']);
    expect(document.error?.message).not.toContain('gateway');
  });

  test('by the status, and a gateway speaks for ever', async () => {
    const fal = await sandbox({ toxics: [statusToxic('result', 503, undefined, {}, true)] });
    const { code, document } = await editCat({ env: fal.env }, ...FAILING);
    expect([code, document.error?.kind, document.error?.charged]).toEqual([1, 'failed', 'no']);
  });

  test('by the units that are billed', async () => {
    const fal = await sandbox({
      toxics: [statusToxic('result', 500, undefined, { 'x-fal-billable-units': '0' })],
    });
    const { code, document } = await editCat({ env: fal.env });
    expect([code, document.error?.kind, document.error?.charged]).toEqual([1, 'failed', 'no']);
  });

  test("by fal's history", async () => {
    const { code, document, cwd } = await behindGateway({}, 503, ...FAILING);
    expect([code, document.error?.kind, document.error?.charged]).toEqual([1, 'failed', 'no']);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'failed', charged: 'no' });
  });

  test('not by a history that has no such request', async () => {
    const { code, document } = await behindGateway(
      { historyDelayMs: 3_600_000 },
      503,
      ...FAILING,
      '--timeout',
      '600ms',
    );
    expect([code, document.error?.kind, document.error?.charged]).toEqual([7, 'temporary', 'maybe']);
  });
});

test("fal's history has the picture that its queue does not give", async () => {
  const { fal, code, cwd, stderr } = await behindGateway({}, 502);
  expect([code, await leftIn(cwd), fal.ledger().accepted.length], stderr).toEqual([0, ['out.png'], 1]);
});
