/* What a reconcile asks of fal's history, and what it makes of a history that is late, poor or not to be had. */
import { describe, expect, test } from 'vitest';
import type { Toxic } from '../../../src/sandbox/faults/toxics.js';
import { front, sendJson, type Visit } from '../../fal/servers.js';
import { leftIn, until } from '../harness.js';
import { CUT, FLUX_2, GENERAL, HOUR, LOST, MINUTE, scene, sendAgain, SETTLED } from './scene.js';

const DAY = 24 * HOUR;
/** How far before the intent fal is asked to look. */
const SLACK = 26 * HOUR;

const isHistory = ({ target }: Visit): boolean => target.includes('/models/requests/by-endpoint');
const query = ({ target }: Visit): Record<string, string> => Object.fromEntries(new URL(target).searchParams);

/** A scene whose reconcile passes a proxy that writes down what was asked. */
async function watched(...settings: Parameters<typeof scene>) {
  const on = await scene(...settings);
  const proxy = await front(on.fal, () => false);
  const reconcile = async (...argv: string[]) => {
    const result = await on.reconcile(argv, { env: { ...on.fal.env, FAL_PROXY_URL: proxy.url } });
    return { ...result, asked: proxy.visits.filter(isHistory).map(query) };
  };
  return { ...on, reconcile };
}

describe('what is asked', () => {
  test('inputs and outputs, from an hour before the intent, and nothing that fal may not have', async () => {
    const { edit, jobs, reconcile } = await watched();
    await edit(LOST);
    const [job] = await jobs();
    const { asked } = await reconcile();
    expect(asked).toHaveLength(2);
    const { start, ...rest } = asked[1]!;
    expect(rest).toEqual({ endpoint_id: GENERAL, expand: 'payloads', limit: '100' });
    // The date of an answer has no milliseconds.
    expect(Math.abs(Date.parse(start!) - (job!.intentAt! - SLACK))).toBeLessThan(MINUTE);
  });

  test('once for each model, however many edits there are, from the oldest on', async () => {
    const { intended, pass, jobs, reconcile } = await watched();
    await intended({ seed: 1 });
    pass(3 * HOUR);
    for (const seed of [2, 3]) await intended({ seed });
    await intended({ seed: 4 }, { endpoint: FLUX_2 });
    const [oldest] = await jobs();
    const { asked } = await reconcile('--all');
    const started = asked.filter(({ start }) => start !== undefined);
    expect(started.map(({ endpoint_id: endpoint }) => endpoint)).toEqual([GENERAL, FLUX_2]);
    expect(Math.abs(Date.parse(started[0]!['start']!) - (oldest!.intentAt! - SLACK))).toBeLessThan(MINUTE);
  });

  test.each([5, -5])("this machine's clock is %d hours off: fal's own counts", async (hours) => {
    const { edit, clock, reconcile, cwd, jobs } = await watched();
    clock.here += hours * HOUR;
    await edit(LOST);
    const [job] = await jobs();
    const { code, asked } = await reconcile();
    const intentAtFal = job!.intentAt! - hours * HOUR;
    expect(Math.abs(Date.parse(asked[1]!['start']!) - (intentAtFal - SLACK))).toBeLessThan(MINUTE);
    expect([code, await leftIn(cwd)]).toEqual([0, ['out.png']]);
  });

  test("this machine's clock was put forward since: the settling time has not passed", async () => {
    const { edit, clock, reconcile, jobs } = await watched();
    await edit(CUT);
    clock.here += DAY;
    const { code, document } = await reconcile();
    expect([code, document.jobs[0]?.reason, (await jobs())[0]?.state]).toEqual([9, 'settling', 'unknown']);
  });

  test("this machine's clock was put back since: nothing is concluded from a time that is to come", async () => {
    const { edit, clock, reconcile, jobs } = await watched();
    clock.here += 5 * HOUR;
    await edit(CUT);
    clock.here -= 5 * HOUR;
    const { code, asked, document } = await reconcile();
    expect([code, document.jobs[0]?.reason]).toEqual([9, 'settling']);
    expect(Math.abs(Date.parse(asked[1]!['start']!) - (clock.fal - SLACK))).toBeLessThan(MINUTE);
    expect((await jobs())[0]?.state).toBe('unknown');
  });
});

describe('a history of several pages', () => {
  test('is read to its end', async () => {
    const { fal, edit, reconcile, cwd } = await watched();
    await edit(LOST);
    const { input } = fal.ledger().accepted[0]!;
    for (let seed = 0; seed < 130; seed++) await sendAgain(fal, { ...(input as object), seed });
    const { code, document } = await reconcile();
    expect([code, document.duplicates, await leftIn(cwd)]).toEqual([0, [], ['out.png']]);
  });

  test('is read twice, since a request can slip from one page to another meanwhile', async () => {
    const { fal, edit, reconcile, jobs } = await scene();
    await edit(LOST);
    const { input } = fal.ledger().accepted[0]!;
    for (let seed = 0; seed < 130; seed++) await sendAgain(fal, { ...(input as object), seed });
    let slipped = 0;
    const { url } = await front(fal, (visit, response) => {
      if (!isHistory(visit) || query(visit)['cursor'] === undefined || slipped++ > 0) return false;
      return sendJson(response, 200, { items: [], next_cursor: null, has_more: false });
    });
    const { code } = await reconcile(['--settle', '0'], { env: { ...fal.env, FAL_PROXY_URL: url } });
    expect([code, slipped > 1, (await jobs())[0]?.state]).toEqual([0, true, 'saved']);
  });
});

describe('fal kept no inputs', () => {
  test('nothing is concluded, not even after the settling time; the requests are named', async () => {
    const { edit, pass, reconcile, jobs, ids } = await scene({ historyPayloads: false });
    await edit(LOST);
    pass(SETTLED);
    const { code, document } = await reconcile();
    expect([code, document.error?.kind]).toEqual([9, 'unknown']);
    expect(document.error?.message).toMatch(/fal did not keep the full input of request/);
    expect(document.error?.message).toContain(ids()[0]);
    expect(document.jobs).toMatchObject([{ reason: 'no_inputs', candidates: ids() }]);
    expect((await jobs())[0]).toMatchObject({ state: 'unknown', charged: 'maybe' });
  });

  test('of requests that the ledger knows as other edits: they do not count', async () => {
    const { edit, pass, reconcile } = await scene({ historyPayloads: false });
    await edit(undefined);
    await edit(CUT, '--force');
    pass(SETTLED);
    const { code, document } = await reconcile();
    expect([code, document.jobs[0]?.outcome]).toEqual([0, 'not_accepted']);
  });

  test('of a request that stands on two pages: it is named once', async () => {
    const { fal, edit, reconcile } = await scene();
    await edit(LOST);
    const items = [{ request_id: 'r1', endpoint_id: GENERAL, json_input: null, json_output: null }];
    const proxy = await front(fal, (visit, response) => {
      if (!isHistory(visit)) return false;
      const isFirst = query(visit)['cursor'] === undefined;
      return sendJson(response, 200, { items, next_cursor: isFirst ? 'Mg==' : null, has_more: isFirst });
    });
    const { document } = await reconcile([], { env: { ...fal.env, FAL_PROXY_URL: proxy.url } });
    expect(document.jobs[0]).toMatchObject({ reason: 'no_inputs', candidates: ['r1'] });
  });

  test('it kept a part of them', async () => {
    const { fal, edit, pass, reconcile, jobs } = await scene();
    await edit(LOST);
    const { input, request_id: id } = fal.ledger().accepted[0]!;
    const part = { ...(input as Record<string, unknown>), seed: undefined };
    const proxy = await front(fal, (visit, response) => {
      if (!isHistory(visit)) return false;
      const items = [{ request_id: id, endpoint_id: GENERAL, json_input: part, json_output: null }];
      return sendJson(response, 200, { items, next_cursor: null, has_more: false });
    });
    pass(SETTLED);
    const env = { ...fal.env, FAL_PROXY_URL: proxy.url };
    expect((await reconcile([], { env })).document.jobs[0]?.reason).toBe('no_inputs');
    expect((await jobs())[0]?.state).toBe('unknown');
  });
});

test('fal dropped the name that it ignores: still the same edit', async () => {
  const { fal, edit, reconcile, jobs } = await scene();
  await edit(LOST, '--strength', '0.5');
  const { input, request_id: id } = fal.ledger().accepted[0]!;
  const { image_strength: ignored, ...part } = input as Record<string, unknown>;
  expect(ignored).toBe(0.5);
  const proxy = await front(fal, (visit, response) => {
    if (!isHistory(visit)) return false;
    const items = [
      { request_id: id, endpoint_id: GENERAL, json_input: { ...part, num_images: 1 }, json_output: null },
    ];
    return sendJson(response, 200, { items, next_cursor: null, has_more: false });
  });
  const { code } = await reconcile([], { env: { ...fal.env, FAL_PROXY_URL: proxy.url } });
  expect([code, (await jobs())[0]?.requestId]).toEqual([0, id]);
});

test('sent longer ago than fal keeps inputs: nothing is concluded', async () => {
  const { edit, pass, reconcile, jobs } = await scene();
  await edit(CUT);
  pass(31 * DAY);
  const { code, document } = await reconcile();
  expect([code, document.jobs[0]?.reason, (await jobs())[0]?.state]).toEqual([9, 'too_old', 'unknown']);
});

test('sent another way: found all the same, but what is not found may be at another fal', async () => {
  const { fal, edit, pass, reconcile, jobs } = await scene();
  await edit(LOST);
  await edit(CUT, '-o', 'b.png');
  const other = await front(fal, () => false);
  const env = { ...fal.env, FAL_PROXY_URL: other.url };
  pass(SETTLED);
  const { code, document, stderr } = await reconcile(['--all'], { env });
  expect(code).toBe(9);
  expect(document.jobs.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['accepted', 'another_way']);
  expect(stderr).toMatch(/that may not be the fal it was sent to/);
  expect((await jobs()).map(({ state }) => state)).toEqual(['saved', 'unknown']);
});

describe('a history that cannot be had leaves all as it was', () => {
  const on = 'history';
  const CASES: [name: string, toxic: Toxic, code: number, kind: string][] = [
    ['401', { type: 'status', on, code: 401 }, 4, 'auth'],
    ['403', { type: 'status', on, code: 403 }, 4, 'auth'],
    ['404, as from a proxy that does not know the route', { type: 'status', on, code: 404 }, 7, 'temporary'],
    ['400, as from a proxy that forbids it', { type: 'status', on, code: 400 }, 7, 'temporary'],
    ['429', { type: 'status', on, code: 429 }, 7, 'temporary'],
    ['500', { type: 'status', on, code: 500 }, 7, 'temporary'],
    ['502 in HTML', { type: 'status', on, code: 502, html: true }, 7, 'temporary'],
    ['a page', { type: 'html', on }, 7, 'temporary'],
    ['half a JSON text', { type: 'garbage', on }, 7, 'temporary'],
    ['a reset', { type: 'reset_peer', on }, 7, 'temporary'],
    ['no answer until the deadline', { type: 'timeout', on }, 7, 'temporary'],
  ];

  test.each(CASES)('%s', async (_, toxic, code, kind) => {
    const { fal, edit, pass, reconcile, jobs } = await scene();
    await edit(LOST);
    const before = await jobs();
    pass(HOUR);
    fal.addToxic(toxic);
    const result = await reconcile(toxic.type === 'timeout' ? ['--timeout', '300ms'] : []);
    expect([result.code, result.document.error?.kind, result.document.error?.charged]).toEqual([
      code,
      kind,
      'maybe',
    ]);
    expect(result.document.error?.message).toMatch(
      /^fal's history could not be read, so nothing could be checked\. /,
    );
    expect(result.document.error?.hint).toBeDefined();
    expect(result.document.error?.message).not.toMatch(/nothing was charged|this model/);
    expect(result.document.jobs).toMatchObject([{ outcome: 'not_yet_known', reason: 'no_answer' }]);
    expect(await jobs()).toEqual(before);

    fal.clearToxics();
    expect((await reconcile()).code).toBe(0);
  });

  test('trouble that passes is waited out', async () => {
    const { fal, edit, reconcile } = await scene();
    await edit(LOST);
    fal.addToxic({ type: 'status', on, code: 500, times: 2 });
    fal.addToxic({ type: 'reset_peer', on, after: 3, times: 1 });
    expect((await reconcile()).code).toBe(0);
  });

  test('for one model: the edits of the other are settled all the same', async () => {
    const { fal, edit, intended, reconcile, jobs } = await scene();
    await edit(LOST);
    await intended({ seed: 1 }, { endpoint: FLUX_2 });
    const { url } = await front(fal, (visit, response) => {
      if (!isHistory(visit) || query(visit)['endpoint_id'] !== FLUX_2) return false;
      return sendJson(response, 401, { error: { type: 'authorization_error', message: 'no' } });
    });
    const { code, document } = await reconcile(['--all'], { env: { ...fal.env, FAL_PROXY_URL: url } });
    expect([code, document.error?.kind]).toEqual([4, 'auth']);
    expect(document.jobs.map(({ outcome }) => outcome)).toEqual(['accepted', 'not_yet_known']);
    expect((await jobs()).map(({ state }) => state)).toEqual(['saved', 'intent']);
  });

  test('Ctrl-C', async () => {
    const { fal, edit, reconcile, jobs } = await scene();
    await edit(LOST);
    const before = await jobs();
    fal.addToxic({ type: 'timeout', on });
    const stop = new AbortController();
    const running = reconcile([], { interrupt: stop.signal });
    await until(() => (fal.ledger().requests.by_role.history ?? 0) > 0);
    stop.abort();
    const { code, document } = await running;
    expect([code, document.error?.kind]).toEqual([130, 'interrupted']);
    expect(await jobs()).toEqual(before);
  });
});
