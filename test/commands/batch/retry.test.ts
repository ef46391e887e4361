/* Rows that failed: which of them the next run tries again, and what is tried again at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, test } from 'vitest';
import { statusToxic } from '../../edit/harness.js';
import { batchScene, BLUE, jsonl, promptsAt, resultsIn, summaryIn } from './scene.js';

const FAIL = { id: 'fail', image: 'a.png', prompt: 'a [sandbox:fail]' };
const POLICY = { id: 'policy', image: 'b.png', prompt: 'b [sandbox:policy]' };
const NSFW = { id: 'nsfw', image: 'c.png', prompt: 'c [sandbox:nsfw]' };
const GOOD = { id: 'good', image: 'a.png', prompt: 'd' };
const ALL = jsonl(FAIL, POLICY, NSFW, GOOD);

describe('rows that failed in an earlier run', () => {
  test.each<[string, string[], string[]]>([
    ['where it can help, and cost nothing twice, unless told otherwise', [], ['fail']],
    ['the same in words', ['--retry', 'temporary'], ['fail']],
    ['all of them', ['--retry', 'all'], ['fail', 'nsfw', 'policy']],
    ['all of them', ['--retry-failed'], ['fail', 'nsfw', 'policy']],
    ['none', ['--retry', 'none'], []],
  ])('are tried again: %s (%j)', async (_, flags, again) => {
    const scene = await batchScene({ 'rows.jsonl': ALL });
    const first = await scene.batch('rows.jsonl');
    expect(first.code, first.stderr).toBe(3);
    expect(scene.fal.ledger().accepted).toHaveLength(4);
    const second = await scene.batch('rows.jsonl', ...flags);
    expect(second.code).toBe(3);
    const sent = (await resultsIn(scene)).filter(({ attempt }) => attempt === 2).map(({ id }) => id!);
    expect(sent.sort()).toEqual(again);
    // With another seed: no edit was accepted twice, which the sandbox sees to after every test.
    expect(scene.fal.ledger().accepted).toHaveLength(4 + again.length);
    expect(await summaryIn(scene)).toMatchObject({ states: { done: 1, failed: 1, moderated: 2 } });
  });

  it('are well when it goes well this time, and both tries stand in results.jsonl', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(GOOD) });
    const free = { 'x-fal-billable-units': '0' };
    scene.fal.addToxic({ ...statusToxic('result', 500, { detail: 'broken' }, free), times: 1 });
    expect((await scene.batch('rows.jsonl')).code).toBe(1);
    const { code, stdout } = await scene.batch('rows.jsonl');
    expect([code, stdout]).toEqual([0, 'out/a.edit.png\n']);
    const [failed, done, ...more] = await resultsIn(scene);
    expect(more).toEqual([]);
    expect([failed!.state, failed!.attempt, done!.state, done!.attempt]).toEqual(['failed', 1, 'done', 2]);
    expect(done!.key).toBe(failed!.key);
    expect(done!.seed).not.toBe(failed!.seed);
    expect(await summaryIn(scene)).toMatchObject({
      states: { done: 1, failed: 0 },
      cost: { billed_usd: 0.075 },
    });
  });

  it('keep a seed that the user named', async () => {
    const rows = jsonl({ ...FAIL, seed: 7 });
    const scene = await batchScene({ 'rows.jsonl': rows }, { duplicatesExpected: 1 });
    await scene.batch('rows.jsonl');
    await scene.batch('rows.jsonl');
    const seeds = scene.fal.ledger().accepted.map(({ input }) => (input as { seed: number }).seed);
    expect(seeds).toEqual([7, 7]);
  });

  it('with a file that was missing before are like any other', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(GOOD, { ...GOOD, id: 'x', image: 'late.png' }) });
    expect((await scene.batch('rows.jsonl', '--skip-invalid')).code).toBe(3);
    await scene.write({ 'late.png': BLUE });
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });

  test.each<[string[], RegExp]>([
    [['--retry', 'some'], /--retry must be temporary, all or none, not "some"/],
    [
      ['--retry', 'all', '--retry-failed'],
      /--retry.* and --retry-failed exclude each other|--retry-failed and --retry/,
    ],
  ])('%j is refused', async (flags, message) => {
    const { batch, fal } = await batchScene({ 'rows.jsonl': ALL });
    const { code, stderr } = await batch('rows.jsonl', ...flags);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(fal.ledger().requests.total).toBe(0);
  });
});

describe('a row that was provably not taken', () => {
  it('is sent again in the same run', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(GOOD) });
    // More of them than a single edit would stand.
    scene.fal.addToxic({ ...statusToxic('submit', 429, { detail: 'too many' }), times: 7 });
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(1);
    expect(await summaryIn(scene)).toMatchObject({ states: { done: 1 } });
  });

  it('does not count as sent before it is', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(GOOD) });
    scene.fal.addToxic({ ...statusToxic('submit', 429, { detail: 'too many' }), times: 7 });
    await scene.batch('rows.jsonl', '--max-jobs', '1');
    expect(await summaryIn(scene)).toMatchObject({ run: { submitted: 1 }, states: { done: 1 } });
  });

  it('does not bring down those that are under way', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(GOOD, { ...GOOD, id: 'x', prompt: 'e' }) });
    scene.fal.addToxic({ ...statusToxic('initiate', 503, 'busy', {}, true), times: 3 });
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });

  it('is given up where fal is not to be reached at all; nothing is charged', async () => {
    const rows = Array.from({ length: 20 }, (_, n) => ({ image: 'a.png', prompt: `p${n}` }));
    const scene = await batchScene({ 'rows.jsonl': jsonl(...rows) });
    await scene.fal.close();
    const { code, stdout, stderr } = await scene.run(['rows.jsonl', '-d', 'out', '--no-report'], {
      context: { sleep: (ms) => sleep(ms / 500), elapsed: () => performance.now() * 500 },
    });
    expect([code, stdout], stderr).toEqual([7, '']);
    expect(stderr).toMatch(/error: fal has accepted no rows for several minutes\./);
    expect(stderr).not.toContain('charged:');
    expect(await summaryIn(scene)).toMatchObject({
      status: 'temporary',
      cost: { billed_usd: 0, outstanding_usd: 0 },
    });
  });
});

describe('what stops everybody stops at once', () => {
  test.each<[string, number, unknown, number, string]>([
    ['a wrong key', 401, { detail: 'Cannot access application' }, 4, 'auth'],
    ['a locked account', 403, { detail: 'User is locked. Reason: Exhausted balance.' }, 5, 'account'],
  ])('%s', async (_, status, body, exit, kind) => {
    const rows = Array.from({ length: 30 }, (__, n) => ({ image: 'a.png', prompt: `p${n}` }));
    const scene = await batchScene({ 'rows.jsonl': jsonl(...rows) });
    scene.fal.addToxic({ ...statusToxic('submit', status, body), name: 'no' });
    const { code, stdout, stderr } = await scene.batch('rows.jsonl', '--concurrency', '3');
    expect([code, stdout], stderr).toEqual([exit, '']);
    expect(scene.fal.ledger().requests.by_role.submit).toBeLessThanOrEqual(6);
    expect(await summaryIn(scene)).toMatchObject({ status: kind, exit_code: exit });

    scene.fal.release('no');
    const later = await scene.batch('rows.jsonl');
    expect(later.code, later.stderr).toBe(0);
    expect(promptsAt(scene.fal)).toEqual(rows.map(({ prompt }) => prompt).sort());
  });

  it('no key', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(GOOD) });
    const { code, stdout, stderr } = await scene.run(['rows.jsonl', '-d', 'out'], { env: {} });
    expect([code, stdout], stderr).toEqual([4, '']);
    expect(stderr).toContain('FAL_KEY');
    expect(scene.fal.ledger().requests.total).toBe(0);
  });

  it('a proxy brings its own key', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(GOOD) });
    const { code, stderr } = await scene.run(['rows.jsonl', '-d', 'out', '--no-report'], {
      env: { FAL_PROXY_URL: scene.fal.proxyUrl },
    });
    expect(code, stderr).toBe(0);
  });
});
