/* What stops a batch before the end: it leaves one that goes on. */
import { describe, expect, it, test } from 'vitest';
import { until } from '../../edit/harness.js';
import { runCli } from '../../support/run-cli.js';
import { batchScene, holdStatus, jsonl, letGo, linesOf, promptsAt, resultsIn, summaryIn } from './scene.js';

/** Each costs $0.075. */
const rows = (count: number, prompt = (n: number) => `p${n}`) =>
  jsonl(...Array.from({ length: count }, (_, n) => ({ image: 'a.png', prompt: prompt(n) })));
const prompts = (count: number) => Array.from({ length: count }, (_, n) => `p${n}`).sort();

describe('--max-cost', () => {
  test.each<[string, number]>([
    ['0', 0],
    ['0.07', 0],
    ['0.075', 1],
    ['0.224', 2],
    ['0.225', 3],
    ['$0.3', 4],
    ['0.37499', 4],
  ])('%s lets so many of five be sent: %d', async (cap, sent) => {
    const scene = await batchScene({ 'rows.jsonl': rows(5) });
    const { code, stdout, stderr } = await scene.batch('rows.jsonl', '--max-cost', cap);
    expect(code, stderr).toBe(8);
    expect(linesOf(stdout)).toHaveLength(sent);
    expect(scene.fal.ledger().accepted).toHaveLength(sent);
    expect(stderr).toMatch(/warning: nothing more is sent\. --max-cost: this run has spent \$/);
    expect(stderr).toContain('hint: Edits already sent will finish. Run the same command again to continue.');
    const summary = await summaryIn(scene);
    expect(summary).toMatchObject({ status: 'budget', exit_code: 8, run: { submitted: sent } });
    expect(summary.states).toMatchObject({ done: sent, pending: 5 - sent });
    expect(summary.cost.pending_usd).toBeCloseTo((5 - sent) * 0.075, 6);
    expect(summary.run.stopped).toContain('--max-cost');
  });

  it('goes on where it stopped: the cap is that of one run', async () => {
    const scene = await batchScene({ 'rows.jsonl': rows(5) });
    const codes = [];
    for (let run = 0; run < 3; run++)
      codes.push((await scene.batch('rows.jsonl', '--max-cost', '0.15')).code);
    expect(codes).toEqual([8, 8, 0]);
    expect(promptsAt(scene.fal)).toEqual(prompts(5));
    expect(await resultsIn(scene)).toHaveLength(5);
  });

  it('is enough for all where it is enough', async () => {
    const scene = await batchScene({ 'rows.jsonl': rows(5) });
    const { code, stderr } = await scene.batch('rows.jsonl', '--max-cost', '0.375');
    expect(code, stderr).toBe(0);
  });

  it('counts what is under way', async () => {
    const scene = await batchScene({ 'rows.jsonl': rows(5) });
    holdStatus(scene.fal);
    const running = scene.batch('rows.jsonl', '--max-cost', '0.2', '--concurrency', '5');
    await until(() => scene.fal.hits('hold') === 2);
    letGo(scene.fal);
    const { code, stdout } = await running;
    // What was under way has come home.
    expect([code, linesOf(stdout).length]).toEqual([8, 2]);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });

  it('is given back what was not charged', async () => {
    const some = rows(4, (n) => (n < 2 ? `[sandbox:fail] ${n}` : `p${n}`));
    const scene = await batchScene({ 'rows.jsonl': some });
    const { code } = await scene.batch('rows.jsonl', '--max-cost', '0.15', '--concurrency', '1');
    expect(code).toBe(3);
    expect(scene.fal.ledger().accepted).toHaveLength(4);
  });

  it('refuses rows of which nobody can say what they cost', async () => {
    const scene = await batchScene({
      'rows.jsonl': jsonl({ image: 'https://example.com/x.png', prompt: 'x' }),
    });
    const { code, stderr } = await scene.batch('rows.jsonl', '--max-cost', '5');
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/^rows\.jsonl:1: .*--max-cost/m);
    expect(scene.fal.ledger().requests.total).toBe(0);
  });

  it('may come from the environment', async () => {
    const scene = await batchScene({ 'rows.jsonl': rows(3) });
    const env = { ...scene.fal.env, FAL_EDIT_MAX_COST: '0.08' };
    expect((await scene.run(['rows.jsonl', '--no-report'], { env })).code).toBe(8);
    expect(scene.fal.ledger().accepted).toHaveLength(1);
  });
});

describe('--max-jobs', () => {
  test.each<[string, number, number]>([
    ['0', 0, 8],
    ['2', 2, 8],
    ['3', 3, 0],
    ['9', 3, 0],
  ])('%s of three: %d are sent, exit code %d', async (most, sent, exit) => {
    const scene = await batchScene({ 'rows.jsonl': rows(3) });
    const { code, stderr } = await scene.batch('rows.jsonl', '--max-jobs', most);
    expect(code, stderr).toBe(exit);
    expect(scene.fal.ledger().accepted).toHaveLength(sent);
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    expect(promptsAt(scene.fal)).toEqual(prompts(3));
  });

  it('counts new submits alone, not what is fetched', async () => {
    const scene = await batchScene({ 'rows.jsonl': rows(3) });
    await scene.batch('rows.jsonl', '--submit-only', '--max-jobs', '2');
    const { code, stdout, stderr } = await scene.batch('rows.jsonl', '--max-jobs', '0');
    expect([code, linesOf(stdout).length], stderr).toEqual([8, 2]);
  });
});

describe('--max-failures', () => {
  const failing = (count: number) => rows(count, (n) => `[sandbox:policy] ${n}`);

  test.each<[string, number]>([
    ['1', 1],
    ['3', 3],
    ['10%', 1],
    ['25%', 3],
    ['0.1%', 1],
  ])('%s stops after so many of ten: %d', async (limit, failures) => {
    const scene = await batchScene({ 'rows.jsonl': failing(10) });
    const flags = ['--max-failures', limit, '--concurrency', '1'];
    const { code, stderr } = await scene.batch('rows.jsonl', ...flags);
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(
      new RegExp(`nothing more is sent\\. --max-failures: ${failures} rows? ha(s|ve) failed`),
    );
    // One more may be under way when the last of them fails.
    expect(scene.fal.ledger().accepted.length).toBeLessThanOrEqual(failures + 1);
    const { states, run } = await summaryIn(scene);
    expect(states.moderated).toBeGreaterThanOrEqual(failures);
    expect(states.moderated + states.pending).toBe(10);
    expect(run.stopped).toContain('--max-failures');
  });

  it('lets running rows come home', async () => {
    const scene = await batchScene({
      'rows.jsonl': jsonl({ image: 'a.png', prompt: 'slow' }, { image: 'b.png', prompt: '[sandbox:policy]' }),
    });
    scene.fal.addToxic({ type: 'pause', on: 'file', stream: 'upstream', name: 'slow' });
    const running = scene.batch('rows.jsonl', '--max-failures', '1');
    await scene.fal.reached('slow');
    await until(() => scene.fal.ledger().requests.by_role.result === 2);
    scene.fal.release('slow');
    const { code, stdout } = await running;
    expect([code, stdout]).toEqual([3, 'out/a.edit.png\n']);
  });

  it('does not stop below it, and does not count rows that are not as expected', async () => {
    const bad = [
      { image: 'a.png', prompt: '[sandbox:policy]' },
      { image: 'a.png', prompt: 'x', expect: 'min_width=9999' },
    ];
    const scene = await batchScene({ 'rows.jsonl': jsonl(...bad) + rows(3) });
    const { code, stderr } = await scene.batch('rows.jsonl', '--max-failures', '2', '--concurrency', '1');
    expect(code, stderr).toBe(3);
    expect(await summaryIn(scene)).toMatchObject({
      states: { done: 3, moderated: 1, unmet: 1 },
      run: { stopped: null },
    });
  });
});

describe('--daily-cap', () => {
  const edit = (scene: { cwd: string; fal: { env: Record<string, string> } }, ...flags: string[]) =>
    runCli(['b.png', '-p', 'single', ...flags], { cwd: scene.cwd, env: scene.fal.env });

  it('is shared by batches and single edits', async () => {
    const scene = await batchScene({ 'rows.jsonl': rows(5) });
    expect((await edit(scene)).code).toBe(0);
    const { code, stderr } = await scene.batch('rows.jsonl', '--daily-cap', '0.2');
    expect(code, stderr).toBe(8);
    expect(stderr).toContain('nothing more is sent. --daily-cap: $0.15 of $0.20 is already spent today');
    expect(scene.fal.ledger().accepted).toHaveLength(2);
    const other = await scene.run(['c.png', '-p', 'x', '-d', 'other', '--no-report', '--daily-cap', '0.2']);
    expect(other.code, other.stderr).toBe(8);
    expect((await edit(scene, '-o', 'second.png', '--daily-cap', '0.2')).code).toBe(8);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
    // What has failed at the cap goes on when there is more.
    expect((await scene.batch('rows.jsonl', '--daily-cap', '5')).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(6);
  });

  it('does not come back by running the batch again', async () => {
    const scene = await batchScene({ 'rows.jsonl': rows(5) });
    for (let run = 0; run < 3; run++) {
      expect((await scene.batch('rows.jsonl', '--daily-cap', '0.16')).code).toBe(8);
    }
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });

  it('of two batches at once is spent once', async () => {
    const scene = await batchScene({ 'rows.jsonl': rows(6) });
    const run = (outDir: string, image: string) =>
      scene.run([image, '-p', `x ${outDir}`, '-d', outDir, '--no-report', '--daily-cap', '0.15']);
    const codes = await Promise.all([run('1', 'a.png'), run('2', 'b.png'), run('3', 'c.png')]);
    expect(codes.map(({ code }) => code).sort()).toEqual([0, 0, 8]);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });

  it('costs knows of a batch', async () => {
    const scene = await batchScene({ 'rows.jsonl': rows(3) });
    await scene.batch('rows.jsonl');
    const { stdout } = await runCli(['costs', '--json'], { cwd: scene.cwd });
    expect(stdout).toMatch(/0\.225/);
  });
});

it('two caps at once: the nearer one stops', async () => {
  const scene = await batchScene({ 'rows.jsonl': rows(5) });
  const { code, stderr } = await scene.batch('rows.jsonl', '--max-cost', '0.3', '--max-jobs', '2');
  expect(code).toBe(8);
  expect(stderr).toContain('--max-jobs: this run has sent 2 rows, the most allowed.');
});
