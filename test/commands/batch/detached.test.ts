/* --submit-only sends and leaves; --collect brings the results, wherever the out-dir has got to. */
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { tempDir } from '../../support/temp-dir.js';
import { batchScene, jsonl, linesOf, resultsIn, sceneIn, summaryIn } from './scene.js';

const ROWS = jsonl({ image: 'a.png', prompt: 'one' }, { id: 'two', image: 'b.png', prompt: 'two' });

describe('--submit-only', () => {
  test.each([['--submit-only'], ['--detach']])('%s sends all rows and waits for none', async (flag) => {
    const scene = await batchScene({ 'rows.jsonl': ROWS }, { queueMs: 60_000 });
    const { code, stdout, stderr } = await scene.batch('rows.jsonl', flag);
    expect([code, stdout], stderr).toEqual([0, '']);
    expect(stderr).toContain('Fetch what fal has: fal-edit batch --collect --out-dir out');
    const { accepted, requests } = scene.fal.ledger();
    expect(accepted.map(({ state }) => state)).toEqual(['queued', 'queued']);
    expect([requests.by_role.stream, requests.by_role.status, requests.by_role.result]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(await summaryIn(scene)).toMatchObject({
      status: 'ok',
      exit_code: 0,
      states: { waiting: 2, done: 0 },
      cost: { billed_usd: 0, outstanding_usd: 0.15 },
    });
    expect(await resultsIn(scene)).toEqual([]);
  });

  it('sends nothing again that is at fal, and does not call it done', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    await scene.batch('rows.jsonl', '--submit-only');
    const { code, stderr } = await scene.batch('rows.jsonl', '--submit-only');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('done: 0 of 2 rows, pending: 2');
    expect(stderr).not.toContain('are done');
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });

  it('has an end of its own where a row is refused', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    scene.fal.addToxic({ type: 'status', on: 'submit', code: 422, body: '{"detail": "no"}', times: 1 });
    const { code, stderr } = await scene.batch('rows.jsonl', '--submit-only');
    expect(code, stderr).toBe(3);
    expect(await summaryIn(scene)).toMatchObject({ states: { waiting: 1, failed: 1 } });
  });

  it('is refused with the built-in sandbox, which ends with the run', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    const { code, stdout, stderr } = await scene.run(
      ['rows.jsonl', '-d', 'out', '--submit-only', '--sandbox'],
      { env: {} },
    );
    expect([code, stdout], stderr).toEqual([2, '']);
    expect(stderr).toContain(
      '--submit-only cannot be used with --sandbox: the built-in sandbox ends with the run',
    );
  });
});

describe('--collect', () => {
  it('needs nothing but the out-dir: on another machine, without manifest and pictures', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    await scene.batch('rows.jsonl', '--submit-only');
    const elsewhere = await tempDir();
    await rename(path.join(scene.cwd, 'out'), path.join(elsewhere, 'carried'));
    for (const name of ['rows.jsonl', 'a.png', 'b.png']) await rm(path.join(scene.cwd, name));
    const there = await sceneIn(elsewhere, scene.fal);
    const self = { host: 'another', pid: 1, started: '1' };
    const { code, stdout, stderr } = await there.run(['--collect', '-d', 'carried'], { context: { self } });
    expect(code, stderr).toBe(0);
    expect(linesOf(stdout).sort()).toEqual(['carried/a.edit.png', 'carried/b.edit.png']);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
    expect(await summaryIn(there, 'carried')).toMatchObject({
      source: 'rows.jsonl',
      states: { done: 2 },
      cost: { billed_usd: 0.15 },
    });
    expect(await there.text('carried/report.html')).toContain('two');
  });

  it('brings what is there, and comes again for the rest', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS }, { runners: 1, inferenceMs: 600 });
    await scene.batch('rows.jsonl', '--submit-only');
    const early = await scene.run(['--collect', '-d', 'out', '--timeout', '50ms', '--no-report']);
    expect(early.code, early.stderr).toBe(7);
    const { code, stderr } = await scene.run(['--collect', '-d', 'out', '--no-report']);
    expect(code, stderr).toBe(0);
    expect(await resultsIn(scene)).toHaveLength(2);
  });

  it('sends nothing, not even what was never sent', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    await scene.batch('rows.jsonl', '--submit-only', '--max-jobs', '1');
    const { code, stderr } = await scene.run(['--collect', '-d', 'out', '--no-report']);
    expect(code, stderr).toBe(7);
    expect(stderr).toContain('1 of 2 rows are done; 1 not sent.');
    expect(stderr).toContain('--collect sends nothing: to send the other rows, run the batch itself.');
    expect(stderr).not.toContain('goes on from here');
    expect(scene.fal.ledger().accepted).toHaveLength(1);
  });

  it('and what failed before', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', prompt: '[sandbox:fail]' }) });
    await scene.batch('rows.jsonl');
    const { code } = await scene.run(['--collect', '-d', 'out', '--no-report', '--retry-failed']);
    expect(code).toBe(1);
    expect(scene.fal.ledger().accepted).toHaveLength(1);
  });

  it('touches no network where all is here', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    await scene.batch('rows.jsonl');
    const before = scene.fal.ledger().requests.total;
    const { code, stderr } = await scene.run(['--collect', '-d', 'out', '--no-report'], { env: {} });
    expect([code, stderr]).toEqual([0, 'All 2 rows are done; nothing to send.\n']);
    expect(scene.fal.ledger().requests.total).toBe(before);
  });

  it('measures what comes', async () => {
    const scene = await batchScene({
      'rows.jsonl': jsonl({ image: 'a.png', prompt: 'x', expect: 'min_width=9999' }),
    });
    await scene.batch('rows.jsonl', '--submit-only');
    const { code, stderr } = await scene.run(['--collect', '-d', 'out', '--no-report']);
    expect(code, stderr).toBe(10);
  });

  test.each<[string, string[], RegExp]>([
    [
      'rows',
      ['--collect', 'rows.jsonl', '-d', 'out'],
      /--collect takes no pictures or manifest; remove rows\.jsonl\./,
    ],
    ['no out-dir', ['--collect'], /--collect needs --out-dir/],
    ['a folder that is no out-dir', ['--collect', '-d', 'other'], /other is not a batch folder/],
    ['a folder that is not there', ['--collect', '-d', 'none'], /none is not a batch folder/],
    ['--submit-only', ['--collect', '--submit-only', '-d', 'out'], /exclude each other/],
    ['--detach', ['--collect', '--detach', '-d', 'out'], /exclude each other/],
    ['--frozen', ['--collect', '--frozen', '-d', 'out'], /exclude each other/],
    ['--dry-run', ['--collect', '--dry-run', '-d', 'out'], /exclude each other/],
  ])('is refused with %s', async (_, argv, message) => {
    const { run, fal } = await batchScene({ 'rows.jsonl': ROWS, 'other/x': '' });
    const { code, stdout, stderr } = await run(argv);
    expect([code, stdout], stderr).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(fal.ledger().requests.total).toBe(0);
  });
});
