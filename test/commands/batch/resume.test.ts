/* Resume is the same command again: what is done is not paid again, what is running is waited for. */
import { appendFile, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { connect } from '../../ledger/opened.js';
import {
  batchScene,
  BLUE,
  holdStatus,
  jsonl,
  letGo,
  linesOf,
  promptsAt,
  resultsIn,
  summaryIn,
  type Files,
} from './scene.js';

const THREE = ['one', 'two', 'three'].map((prompt, n) => ({ image: `${'abc'[n]!}.png`, prompt }));
const ROWS = jsonl(...THREE);

describe('a batch that is done', () => {
  it('costs nothing and touches no network when it is run again, and needs no key', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    await scene.batch('rows.jsonl');
    const requests = scene.fal.ledger().requests.total;
    const before = await scene.text('out/results.jsonl');
    const again = await scene.run(['rows.jsonl', '-d', 'out', '--no-report'], {
      env: {},
      context: { fetch: () => Promise.reject(new Error('the network was asked')) },
    });
    expect(again).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'All 3 rows are done; nothing to send.\n',
    });
    expect(scene.fal.ledger().requests.total).toBe(requests);
    expect(await scene.text('out/results.jsonl')).toBe(before);
    expect(await summaryIn(scene)).toMatchObject({
      run: { submitted: 0, uploads: 0 },
      cost: { billed_usd: 0.225 },
    });
  });

  it('does not even need the pictures that it made from to be read again', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    await scene.batch('rows.jsonl');
    await rm(path.join(scene.cwd, 'out/b.edit.png'));
    const { code, stdout, stderr } = await scene.batch('rows.jsonl');
    expect([code, stdout], stderr).toEqual([0, 'out/b.edit.png\n']);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });

  it('leaves a result alone that somebody has worked on', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    await scene.batch('rows.jsonl');
    await writeFile(path.join(scene.cwd, 'out/b.edit.png'), 'retouched');
    const { code, stdout } = await scene.batch('rows.jsonl');
    expect([code, stdout]).toEqual([0, '']);
    expect(await scene.text('out/b.edit.png')).toBe('retouched');
  });
});

describe('a batch that is done, of files that were not written just now', () => {
  const anHourLater = { context: { now: () => Date.now() + 3_600_000 } };
  const argv = ['rows.jsonl', '-d', 'out', '--no-report'];

  /** Whether its rows were planned a second time: each then knows its former place. */
  const isReadTwice = ({ cwd }: { cwd: string }): boolean =>
    connect(path.join(cwd, 'out')).prepare('SELECT 1 FROM batch_rows WHERE former_position = 0').get() !==
    undefined;

  it('is recognised without planning its rows again', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    await scene.run(argv, anHourLater);
    const again = await scene.run(argv, anHourLater);
    expect(again).toMatchObject({ code: 0, stderr: 'All 3 rows are done; nothing to send.\n' });
    expect(isReadTwice(scene)).toBe(false);
    await rm(path.join(scene.cwd, 'out/b.edit.png'));
    expect((await scene.run(argv, anHourLater)).stdout).toBe('out/b.edit.png\n');
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });

  it.each<[string, Files, string[], Record<string, string>?]>([
    ['a picture', { 'a.png': BLUE }, []],
    ['a row', { 'rows.jsonl': ROWS.replace('"one"', '"uno"') }, []],
    ['a flag', {}, ['--steps', '20']],
    ['a variable', {}, [], { FAL_EDIT_STRENGTH: '0.4' }],
  ])('is not where %s has changed', async (_, files, flags, env = {}) => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    await scene.run(argv, anHourLater);
    await scene.write(files);
    const changed = { ...anHourLater, env: { ...scene.fal.env, ...env } };
    const { code, stdout } = await scene.run([...argv, ...flags], changed);
    expect(code).toBe(0);
    expect(linesOf(stdout).length).toBe(Object.keys(files).length > 0 ? 1 : 3);
    expect(isReadTwice(scene)).toBe(true);
  });

  it('is not where a picture that is named by a file: URL has changed', async () => {
    const scene = await batchScene();
    const image = pathToFileURL(path.join(scene.cwd, 'a.png')).href;
    await scene.write({ 'rows.jsonl': jsonl({ image, prompt: 'one' }) });
    expect((await scene.run(argv, anHourLater)).stdout).toBe('out/a.edit.png\n');
    await scene.write({ 'a.png': BLUE });
    const { code, stdout } = await scene.run(argv, anHourLater);
    expect([code, linesOf(stdout).length]).toEqual([0, 1]);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });

  it('is not in another folder, where the same flag names another picture', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl({ prompt: 'one' }), 'else/a.png': BLUE });
    const words = [path.join(scene.cwd, 'rows.jsonl'), '-d', path.join(scene.cwd, 'out'), '--no-report'];
    const flags = [...words, '--image', 'a.png'];
    expect((await scene.run(flags, anHourLater)).code).toBe(0);
    const there = { ...anHourLater, cwd: path.join(scene.cwd, 'else') };
    const { code, stderr } = await scene.run(flags, there);
    expect(code, stderr).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });

  it('is not where rows of other folders were merged into it', async () => {
    const scene = await batchScene({
      'rows.jsonl': ROWS,
      'more.jsonl': jsonl({ image: 'a.png', prompt: 'four' }),
    });
    await scene.run(argv, anHourLater);
    await scene.run(['more.jsonl', '-d', 'more', '--no-report'], anHourLater);
    await scene.run(['merge', 'more', '-d', 'out', '--no-report'], anHourLater);
    expect(await scene.run(argv, anHourLater)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('1 removed') as string,
    });
  });
});

describe('rows that fal has', () => {
  it('are waited for, and not sent again', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS }, { inferenceMs: 100 });
    await scene.batch('rows.jsonl', '--submit-only');
    const { code, stdout, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    expect(linesOf(stdout)).toHaveLength(3);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
    expect((await resultsIn(scene)).every(({ attempt }) => attempt === 1)).toBe(true);
  });

  it('stay there at the deadline, and are fetched by the next run', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    holdStatus(scene.fal);
    const late = await scene.batch('rows.jsonl', '--timeout', '1s');
    expect([late.code, late.stdout], late.stderr).toEqual([7, '']);
    expect(late.stderr).toContain('0 of 3 rows are done; 3 waiting for results.');
    expect(late.stderr).toContain('fal-edit batch --collect --out-dir out');
    expect(await summaryIn(scene)).toMatchObject({
      status: 'temporary',
      states: { waiting: 3 },
      cost: { billed_usd: 0, outstanding_usd: 0.225 },
    });
    letGo(scene.fal);
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });

  it('are cancelled at the deadline where that is asked for, and sent again by the next run', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(THREE[0]) }, { queueMs: 60_000 });
    const late = await scene.batch('rows.jsonl', '--timeout', '300ms', '--cancel-on-timeout');
    expect(late.code, late.stderr).toBe(7);
    expect(scene.fal.ledger().accepted).toMatchObject([{ state: 'cancelled' }]);
    expect(await summaryIn(scene)).toMatchObject({ states: { pending: 1 }, cost: { outstanding_usd: 0 } });
  });

  it('are paid for once more with --again alone', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(THREE[0]) });
    await scene.batch('rows.jsonl', '--submit-only');
    const { code, stderr } = await scene.batch('rows.jsonl', '--again');
    expect(code, stderr).toBe(0);
    expect(promptsAt(scene.fal)).toEqual(['one', 'one']);
    const [first, second] = scene.fal.ledger().accepted.map(({ input }) => (input as { seed: number }).seed);
    expect(second).not.toBe(first);
  });

  it('that are done are not paid for again, not even with --again', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    await scene.batch('rows.jsonl');
    expect((await scene.batch('rows.jsonl', '--again')).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });

  it('stay where they are for a run that goes another way to fal', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(THREE[0]) });
    await scene.batch('rows.jsonl', '--submit-only');
    const stranger = await batchScene();
    const lost = await scene.run(['rows.jsonl', '-d', 'out', '--no-report'], { env: stranger.fal.env });
    expect([lost.code, lost.stdout], lost.stderr).toEqual([7, '']);
    expect(lost.stderr).toContain('was sent through another connection, and is unknown on this one');
    expect(await summaryIn(scene)).toMatchObject({ states: { waiting: 1 } });
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(1);
  });
});

describe('results.jsonl of a run that was killed', () => {
  const file = (cwd: string) => path.join(cwd, 'out/results.jsonl');

  it.each([
    ['is torn in its last line', (cwd: string) => truncate(file(cwd), 1_000)],
    [
      'lacks its last newline',
      async (cwd: string) => truncate(file(cwd), (await readFile(file(cwd))).length - 1),
    ],
    ['is gone', (cwd: string) => rm(file(cwd))],
    ['is empty', (cwd: string) => truncate(file(cwd), 0)],
    ['has half a line too many', (cwd: string) => appendFile(file(cwd), '{"schema_version":1,"key":"ab')],
  ])('%s: the next run makes it whole, with each row once', async (_, damage) => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    await scene.batch('rows.jsonl');
    const before = await resultsIn(scene);
    await damage(scene.cwd);
    const requests = scene.fal.ledger().requests.total;
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    const after = await resultsIn(scene);
    const byKey = (rows: typeof after) => rows.toSorted((one, other) => (one.key < other.key ? -1 : 1));
    expect(byKey(after)).toEqual(byKey(before));
    expect(scene.fal.ledger().requests.total).toBe(requests);
  });
});

test('what was lost on the way is looked up at fal, and not paid twice', async () => {
  const scene = await batchScene({ 'rows.jsonl': ROWS });
  // fal takes one of the three, and its answer never arrives.
  scene.fal.addToxic({ type: 'reset_peer', on: 'submit', stream: 'downstream', nth: 2 });
  const { code, stdout, stderr } = await scene.batch('rows.jsonl');
  expect(code, stderr).toBe(0);
  expect(linesOf(stdout)).toHaveLength(3);
  expect(stderr).toContain('fal had accepted 1 row that may have been sent; waiting for it.');
  expect(scene.fal.ledger().accepted).toHaveLength(3);
});
