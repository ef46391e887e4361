/* Rows of which nobody knows whether fal took them: asked about, never sent again without an answer. */
import { describe, expect, it, test } from 'vitest';
import { statusToxic } from '../../edit/harness.js';
import { batchScene, jsonl, linesOf, resultsIn, summaryIn, type BatchScene } from './scene.js';

const ROWS = jsonl({ id: 'x', image: 'a.png', prompt: 'one' }, { image: 'b.png', prompt: 'two' });
const HOUR = 3_600_000;

/** fal takes the first submit, and its answer is lost. */
const loseAnswer = ({ fal }: BatchScene) =>
  fal.addToxic({ type: 'reset_peer', on: 'submit', stream: 'downstream', times: 1 });
/** A gateway answers the first submit, and fal never hears of it. */
const loseSubmit = ({ fal }: BatchScene) =>
  fal.addToxic({ ...statusToxic('submit', 502, 'Bad gateway', {}, true), times: 1 });

describe('while fal lists nothing yet', () => {
  it('the batch ends with 9, and the row is not sent again', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS }, { historyDelayMs: HOUR });
    loseAnswer(scene);
    const { code, stdout, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(9);
    expect(linesOf(stdout)).toHaveLength(1);
    expect(stderr).toContain('1 row may still have been sent.');
    expect(stderr).toMatch(/error: 1 row may have been sent and may be charged\. 1 of 2/);
    expect(stderr).toContain('charged: maybe');
    expect(stderr).toContain(
      'hint: They will not be sent again. Run the batch again in ten minutes; it asks fal first.',
    );
    expect(await summaryIn(scene)).toMatchObject({
      status: 'unknown',
      exit_code: 9,
      states: { done: 1, unknown: 1 },
      cost: { billed_usd: 0.075, outstanding_usd: 0.075 },
    });
    expect(await resultsIn(scene)).toHaveLength(1);

    for (const flags of [[], ['--retry-failed'], ['--max-jobs', '5']]) {
      expect((await scene.batch('rows.jsonl', ...flags)).code).toBe(9);
    }
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });

  it('is an error in JUnit, and an annotation', async () => {
    const scene = await batchScene(
      { 'rows.jsonl': jsonl({ id: 'x', image: 'a.png', prompt: 'one' }) },
      { historyDelayMs: HOUR },
    );
    loseAnswer(scene);
    const env = { ...scene.fal.env, GITHUB_ACTIONS: 'true' };
    const argv = ['rows.jsonl', '-d', 'out', '--no-report', '--junit', 'j.xml'];
    const { stderr } = await scene.run(argv, { env });
    expect(stderr).toMatch(/^::error file=rows\.jsonl,line=1,title=unknown%3A x::/m);
    expect(await scene.text('j.xml')).toMatch(/errors="1".*\n.*errors="1"/);
  });

  it('--again pays for it once more', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS }, { historyDelayMs: HOUR });
    loseAnswer(scene);
    await scene.batch('rows.jsonl');
    const { code, stderr } = await scene.batch('rows.jsonl', '--again');
    expect(code, stderr).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
    expect((await resultsIn(scene)).map(({ attempt }) => attempt).sort()).toEqual([1, 2]);
  });
});

describe('when fal lists it', () => {
  it('the same run waits for it', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    loseAnswer(scene);
    const { code, stdout, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    expect(linesOf(stdout)).toHaveLength(2);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });

  test.each([[['rows.jsonl']], [['--collect']]])('a later run waits for it: %j', async (argv) => {
    let passed = 0;
    const clock = { now: () => Date.now() + passed, historyDelayMs: HOUR, resultTtlMs: 9 * HOUR };
    const scene = await batchScene({ 'rows.jsonl': ROWS }, clock);
    loseAnswer(scene);
    expect((await scene.batch('rows.jsonl')).code).toBe(9);
    passed = 2 * HOUR;
    const { code, stderr } = await scene.batch(...argv);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('fal had accepted 1 row that may have been sent; waiting for it.');
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });
});

describe('when fal has had its time to list it and does not', () => {
  it('our own clock does not say so: it may have jumped', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    loseSubmit(scene);
    expect((await scene.batch('rows.jsonl')).code).toBe(9);
    expect(scene.fal.ledger().accepted).toHaveLength(1);
    const { code, stderr } = await scene.run(['rows.jsonl', '-d', 'out', '--no-report'], {
      context: { now: () => Date.now() + 11 * 60_000 },
    });
    expect(code, stderr).toBe(9);
    expect(scene.fal.ledger().accepted).toHaveLength(1);
  });

  it('how long that is can be said', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    loseSubmit(scene);
    await scene.batch('rows.jsonl', '--settle', '0');
    const { code, stderr } = await scene.batch('rows.jsonl', '--settle', '0');
    expect(code, stderr).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });

  it('a frozen run and a dry run ask nobody, and say that it is not known', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    loseSubmit(scene);
    await scene.batch('rows.jsonl');
    const requests = scene.fal.ledger().requests.total;
    const frozen = await scene.batch('rows.jsonl', '--frozen');
    expect([frozen.code, frozen.stderr]).toEqual([10, expect.stringContaining('it may have been sent.')]);
    expect((await scene.batch('rows.jsonl', '-n')).stdout).toContain('May have been sent: 1\n');
    expect(scene.fal.ledger().requests.total).toBe(requests);
  });
});
