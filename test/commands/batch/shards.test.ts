/* --shard takes a stable part of the rows, and merge puts the parts together. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { parseXml } from '../../report/parse-xml.js';
import { runCli } from '../../support/run-cli.js';
import { sha256 } from '../scene.js';
import {
  batchScene,
  jsonl,
  linesOf,
  namesIn,
  promptsAt,
  resultsIn,
  summaryIn,
  type BatchScene,
} from './scene.js';

const row = (n: number) => ({ id: `r${n}`, image: `${'abc'[n % 3]!}.png`, prompt: `p${n}` });
const ROWS = Array.from({ length: 12 }, (_, n) => row(n));

const shard = (scene: BatchScene, which: string, outDir: string, ...flags: string[]) =>
  scene.run(['rows.jsonl', '--shard', which, '-d', outDir, '--no-report', ...flags]);
const idsIn = async (scene: BatchScene, outDir: string) =>
  (await resultsIn(scene, outDir)).map(({ id }) => id!).sort();

describe('--shard', () => {
  it('divides the rows: each is in one part, and stays there', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(...ROWS) });
    for (const n of [1, 2, 3]) expect((await shard(scene, `${n}/3`, `out-${n}`)).code).toBe(0);
    const parts = await Promise.all([1, 2, 3].map((n) => idsIn(scene, `out-${n}`)));
    expect(parts.flat().sort()).toEqual(ROWS.map(({ id }) => id).sort());
    expect(promptsAt(scene.fal)).toEqual(ROWS.map(({ prompt }) => prompt).sort());
    expect(await summaryIn(scene, 'out-2')).toMatchObject({ shard: '2/3', rows: parts[1]!.length });

    // Rows before, between and in another order: the others stay where they are.
    await scene.write({ 'rows.jsonl': jsonl(row(20), ...ROWS.toReversed(), row(21)) });
    for (const n of [1, 2, 3]) expect((await shard(scene, `${n}/3`, `out-${n}`)).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(14);
  });

  it('checks the whole manifest, whichever part it takes', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(...ROWS, { ...row(99), steps: 99 }) });
    for (const n of [1, 2]) {
      const { code, stderr } = await shard(scene, `${n}/2`, `out-${n}`);
      expect([code, stderr]).toEqual([2, expect.stringContaining('rows.jsonl:13: steps must ')]);
    }
  });

  it('has the names that the whole would have', async () => {
    const rows = Array.from({ length: 8 }, (_, n) => ({ image: 'a.png', prompt: `p${n}` }));
    const scene = await batchScene({ 'rows.jsonl': jsonl(...rows) });
    await scene.run(['rows.jsonl', '-d', 'whole', '--no-report', '--sandbox'], {
      env: { FAL_EDIT_PICTURES: 'plain', FAL_EDIT_QUEUE_TIME: '0', FAL_EDIT_INFERENCE_TIME: '0' },
    });
    for (const n of [1, 2]) await shard(scene, `${n}/2`, `out-${n}`);
    const named = async (outDir: string) =>
      (await resultsIn(scene, outDir)).map(({ prompt, images }) => `${prompt} ${images[0]!.path!}`);
    expect([...(await named('out-1')), ...(await named('out-2'))].sort()).toEqual(
      (await named('whole')).sort(),
    );
  });

  it('may have no row at all', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(row(0)) });
    const codes = await Promise.all([1, 2, 3].map(async (n) => (await shard(scene, `${n}/3`, `o${n}`)).code));
    expect(codes).toEqual([0, 0, 0]);
    expect(scene.fal.ledger().accepted).toHaveLength(1);
  });

  it('tells how many rows the others have, in a dry run', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(...ROWS) });
    const { json } = await shard(scene, '1/3', 'out', '-n', '--json');
    const { rows, in_other_shards: others } = json<{ rows: number; in_other_shards: number }>();
    expect(rows + others).toBe(12);
    expect(rows).toBeGreaterThan(0);
  });
});

describe('merge', () => {
  async function merged(...flags: string[]) {
    const scene = await batchScene({ 'rows.jsonl': jsonl(...ROWS) });
    for (const n of [1, 2]) expect((await shard(scene, `${n}/2`, `out-${n}`)).code).toBe(0);
    const before = scene.fal.ledger().requests.total;
    const argv = ['merge', 'out-1', 'out-2', '--out-dir', 'all', ...flags];
    const result = await scene.run(argv, { env: {} });
    expect(result.code, result.stderr).toBe(0);
    expect(scene.fal.ledger().requests.total).toBe(before);
    return { scene, argv, result };
  }

  it('puts pictures, results, summary, report and JUnit together', async () => {
    const { scene } = await merged('--junit', 'all.xml');
    const results = await resultsIn(scene, 'all');
    expect(results.map(({ id }) => id!).sort()).toEqual(ROWS.map(({ id }) => id).sort());
    for (const { images } of results) {
      const bytes = await readFile(path.join(scene.cwd, 'all', images[0]!.path!));
      expect(sha256(bytes)).toBe(images[0]!.sha256);
    }
    expect(await summaryIn(scene, 'all')).toMatchObject({
      source: 'rows.jsonl',
      shard: null,
      rows: 12,
      states: { done: 12 },
      cost: { billed_usd: 0.9 },
    });
    const cases = parseXml(await scene.text('all.xml')).children[0]!.children;
    expect(cases.map(({ attributes }) => attributes['name'])).toEqual(ROWS.map(({ id }) => id));
    expect(await scene.text('all/report.html')).toContain('r11');
  });

  it('leaves the parts as they are, and a second time changes nothing', async () => {
    const { scene, argv } = await merged('--no-report');
    const state = async () => ({
      names: await namesIn(scene, '.'),
      results: await scene.text('all/results.jsonl'),
      part: sha256(await readFile(path.join(scene.cwd, 'out-1/ledger.db'))),
    });
    const before = await state();
    expect((await scene.run(argv, { env: {} })).code).toBe(0);
    expect(await state()).toEqual(before);
  });

  it('makes a batch of which the whole manifest is done', async () => {
    const { scene } = await merged();
    const { code, stderr } = await scene.run(['rows.jsonl', '-d', 'all', '--no-report'], { env: {} });
    expect([code, stderr]).toEqual([0, 'All 12 rows are done; nothing to send.\n']);
  });

  it('costs nothing again: what the parts have spent counts once', async () => {
    const { scene, argv } = await merged('--no-report');
    const total = async (): Promise<unknown> => {
      const { json } = await runCli(['costs', '--json'], { cwd: scene.cwd, env: scene.fal.env });
      const { edits, total_usd: usd } = json<{ total: { edits: number; total_usd: number } }>().total;
      return [edits, usd];
    };
    const whole = async (...rows: object[]): Promise<void> => {
      await scene.write({ 'rows.jsonl': jsonl(...rows) });
      const { code, stderr } = await scene.run(['rows.jsonl', '-d', 'all', '--no-report', '--yes']);
      expect(code, stderr).toBe(0);
    };
    await whole(...ROWS);
    expect(await total()).toEqual([12, 0.9]);
    // The whole sends a row of its own, and its parts go on.
    await whole(...ROWS, row(20));
    expect(await total()).toEqual([13, 0.975]);
    await scene.write({ 'rows.jsonl': jsonl(...ROWS, row(21)) });
    for (const n of [1, 2]) expect((await shard(scene, `${n}/2`, `out-${n}`)).code).toBe(0);
    expect((await scene.run(argv, { env: {} })).code).toBe(0);
    await whole(...ROWS, row(20), row(21));
    expect(await total()).toEqual([14, 1.05]);
    // What a part has spent stays spent when it is gone.
    await rm(path.join(scene.cwd, 'out-1'), { recursive: true });
    await whole(...ROWS, row(20), row(21));
    expect(await total()).toEqual([14, 1.05]);
    // Nor does it count twice against the cap of the day.
    await scene.write({ 'more.jsonl': jsonl(row(22)) });
    const more = await scene.run(['more.jsonl', '-d', 'all', '--no-report', '--yes', '--daily-cap', '1.13']);
    expect([more.code, await total()], more.stderr).toEqual([0, [15, 1.125]]);
  });

  it('has one document on stdout', async () => {
    const { result } = await merged('--json', '--no-report');
    expect(result.json()).toMatchObject({ status: 'ok', rows: 12, states: { done: 12 } });
  });

  it('takes a part that was killed, and the merged batch goes on from there', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(...ROWS) });
    await shard(scene, '1/2', 'out-1', '--max-jobs', '2');
    await shard(scene, '2/2', 'out-2', '--submit-only');
    // Killed in the middle of a line.
    await writeFile(path.join(scene.cwd, 'out-1/results.jsonl'), '{"schema_version":1,"ke');
    const both = await scene.run(['merge', 'out-1', 'out-2', '-d', 'all', '--no-report']);
    expect(both.code, both.stderr).toBe(7);
    const { states } = await summaryIn(scene, 'all');
    expect([states.done, states.done + states.waiting + states.pending]).toEqual([2, 12]);
    expect(await resultsIn(scene, 'all')).toHaveLength(2);

    const { code, stderr } = await scene.run(['rows.jsonl', '-d', 'all', '--no-report']);
    expect(code, stderr).toBe(0);
    expect(promptsAt(scene.fal)).toEqual(ROWS.map(({ prompt }) => prompt).sort());
  });

  it('finds rows that two parts both ran', async () => {
    const files = { 'rows.jsonl': jsonl(row(0), row(1)), 'some.jsonl': jsonl(row(1)) };
    const scene = await batchScene(files);
    await scene.run(['rows.jsonl', '-d', 'out-1', '--no-report']);
    // Its picture is uploaded once more, so that for fal it is another edit.
    await scene.run(['some.jsonl', '-d', 'out-2', '--no-report']);
    const { code, stderr } = await scene.run(['merge', 'out-1', 'out-2', '-d', 'all', '--no-report']);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /warning: 1 row was sent by more than one part, and is charged as often:\n.*(rows\.jsonl:2|some\.jsonl:1) \(r1\)\n/,
    );
    expect(await summaryIn(scene, 'all')).toMatchObject({ rows: 2, cost: { billed_usd: 0.225 } });
    expect((await namesIn(scene, 'all')).filter((name) => name.endsWith('.png'))).toHaveLength(2);
  });

  it('does not mistake one name for one picture', async () => {
    const scene = await batchScene({
      '1.jsonl': jsonl(row(0)),
      '2.jsonl': jsonl({ ...row(0), prompt: 'other' }),
    });
    for (const n of [1, 2]) await scene.run([`${n}.jsonl`, '-d', `out-${n}`, '--no-report', '-o', '{image}']);
    const { code, stderr } = await scene.run(['merge', 'out-1', 'out-2', '-d', 'all', '--no-report']);
    expect(code, stderr).toBe(0);
    const results = await resultsIn(scene, 'all');
    for (const { images } of results) {
      expect(sha256(await readFile(path.join(scene.cwd, 'all', images[0]!.path!)))).toBe(images[0]!.sha256);
    }
    expect(new Set(results.map(({ images }) => images[0]!.path)).size).toBe(2);
  });

  it('says what failed in the parts, and ends as they did', async () => {
    const scene = await batchScene({
      'rows.jsonl': jsonl(...ROWS, { ...row(3), prompt: '[sandbox:policy]', id: 'x' }),
    });
    const codes = [];
    for (const n of [1, 2]) codes.push((await shard(scene, `${n}/2`, `out-${n}`)).code);
    expect(codes.sort()).toEqual([0, 3]);
    const { code, stderr } = await scene.run(['merge', 'out-1', 'out-2', '-d', 'all', '--no-report']);
    expect([code, stderr]).toEqual([3, expect.stringContaining('12 of 13 rows are done; 1 moderated.')]);
  });

  test.each<[string, string[], RegExp]>([
    ['no parts', ['merge', '-d', 'all'], /Name the folders to merge/],
    ['no out-dir', ['merge', 'out-1'], /--out-dir is missing/],
    ['a part that is none', ['merge', 'out-1', 'none', '-d', 'all'], /none is not a batch folder/],
    ['a part that is the whole', ['merge', 'out-1', './all', '-d', 'all'], /is one of the parts/],
    [
      'parts of two worlds',
      ['merge', 'out-1', 'local', '-d', 'all'],
      /made with the sandbox, others with fal/,
    ],
  ])('is refused with %s', async (_, argv, message) => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(row(0)) });
    await scene.run(['rows.jsonl', '-d', 'out-1', '--no-report']);
    const env = { FAL_EDIT_PICTURES: 'plain', FAL_EDIT_QUEUE_TIME: '0', FAL_EDIT_INFERENCE_TIME: '0' };
    await scene.run(['rows.jsonl', '-d', 'local', '--no-report', '--sandbox'], { env });
    const { code, stdout, stderr } = await scene.run(argv);
    expect([code, stdout], stderr).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(await namesIn(scene, '.')).not.toContain('all/ledger.db');
    await rm(path.join(scene.cwd, 'all'), { recursive: true, force: true });
  });

  it('prints the paths of no picture: nothing is new', async () => {
    const { result } = await merged('--no-report');
    expect(linesOf(result.stdout)).toEqual([]);
  });
});
