/* The out-dir holds all of a batch, and nothing of it lies elsewhere. */
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { ROW_STATES } from '../../../src/batch/rows/result-row.js';
import { jobsIn, stateIn } from '../../support/ledger.js';
import { runCli } from '../../support/run-cli.js';
import { tempDir } from '../../support/temp-dir.js';
import { sha256, visible } from '../scene.js';
import { batchScene, jsonl, linesOf, namesIn, resultsIn, summaryIn } from './scene.js';

const ROWS = jsonl(
  { id: 'first', image: 'a.png', prompt: 'one' },
  { image: 'b.png', prompt: 'two' },
  { id: 'bad', image: 'c.png', prompt: 'three [sandbox:fail]' },
);

it('has pictures, a ledger, results, a summary and a report, and leaves nothing else behind', async () => {
  const scene = await batchScene({ 'rows.jsonl': ROWS });
  const { code, stdout } = await scene.run(['rows.jsonl', '--out-dir', 'deep/out']);
  expect(code).toBe(3);
  expect(linesOf(stdout).sort()).toEqual(['deep/out/a.edit.png', 'deep/out/b.edit.png']);
  expect(await namesIn(scene, 'deep/out')).toEqual([
    'a.edit.png',
    'b.edit.png',
    'batch.lock',
    'ledger.db',
    'report.html',
    'results.jsonl',
    'summary.json',
  ]);
  expect(await visible(scene.cwd)).toEqual(['a.png', 'b.png', 'c.png', 'deep', 'rows.jsonl']);
  // The user's own ledger has no edits of it.
  expect(await jobsIn(stateIn(scene.cwd))).toEqual([]);
});

it('results.jsonl has a row for each edit that came to an end, in the order of ending', async () => {
  const scene = await batchScene({ 'rows.jsonl': ROWS });
  await scene.batch('rows.jsonl');
  const ended = await resultsIn(scene);
  const times = ended.map(({ finished_at: at }) => at!);
  expect(times).toEqual([...times].sort());
  const results = ended.sort((one, other) => one.place.line! - other.place.line!);
  expect(results.map(({ id, place, state }) => [id, place, state])).toEqual([
    ['first', { file: 'rows.jsonl', line: 1 }, 'done'],
    [null, { file: 'rows.jsonl', line: 2 }, 'done'],
    ['bad', { file: 'rows.jsonl', line: 3 }, 'failed'],
  ]);
  const ids = scene.fal.ledger().accepted.map(({ request_id: id }) => id);
  expect(results.map(({ request_id: id }) => id).sort()).toEqual(ids.sort());
  for (const { images, key } of results.slice(0, 2)) {
    const bytes = await readFile(path.join(scene.cwd, 'out', images[0]!.path!));
    expect(images).toMatchObject([{ sha256: sha256(bytes), bytes: bytes.length, content_type: 'image/png' }]);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
  }
  expect(results[0]).toMatchObject({
    schema_version: 1,
    attempt: 1,
    model: 'flux-general',
    endpoint: 'fal-ai/flux-general/image-to-image',
    prompt: 'one',
    inputs: ['../a.png'],
    cost: { estimated_usd: 0.075, billed_units: 1, unit_price_usd: 0.075, billed_usd: 0.075 },
    expectations: [],
    warnings: [],
    error: null,
  });
  expect(results[2]).toMatchObject({ images: [], error: { kind: 'failed', charged: 'no' } });
});

it('results come when they are done: a quick row does not wait for a slow one', async () => {
  const scene = await batchScene({
    'rows.jsonl': jsonl({ image: 'a.png', prompt: 'slow' }, { image: 'b.png', prompt: 'quick' }),
  });
  // The first of two results is held back until the second row is in the file.
  scene.fal.addToxic({ type: 'pause', on: 'result', nth: 1, name: 'hold' });
  const running = scene.batch('rows.jsonl');
  await scene.fal.reached('hold');
  let lines: string[] = [];
  while (lines.length === 0) lines = linesOf(await scene.text('out/results.jsonl').catch(() => ''));
  scene.fal.release('hold');
  await running;
  const ids = (await resultsIn(scene)).map(({ request_id: id }) => id);
  expect(ids).toHaveLength(2);
  expect(JSON.parse(lines[0]!)).toMatchObject({ request_id: ids[0] });
});

it('summary.json adds up', async () => {
  const scene = await batchScene({ 'rows.jsonl': ROWS });
  await scene.batch('rows.jsonl');
  const summary = await summaryIn(scene);
  expect(Object.keys(summary.states).sort()).toEqual([...ROW_STATES].sort());
  expect(Object.values(summary.states).reduce((sum, count) => sum + count, 0)).toBe(summary.rows);
  expect(summary).toMatchObject({
    schema_version: 1,
    status: 'partial',
    exit_code: 3,
    source: 'rows.jsonl',
    shard: null,
    rows: 3,
    states: { done: 2, failed: 1 },
    invalid: 0,
    run: { submitted: 3, uploads: 3, stopped: null },
    cost: { billed_usd: 0.15, outstanding_usd: 0, pending_usd: 0 },
  });
  const uploaded = scene.fal.ledger().uploads.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(summary.run.uploaded_bytes).toBe(uploaded);
  expect(Date.parse(summary.finished_at)).toBeGreaterThanOrEqual(Date.parse(summary.started_at));
});

describe('one document on stdout', () => {
  it('has the summary and where it all is', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', prompt: 'one' }) });
    const { code, json } = await scene.batch('rows.jsonl', '--json');
    expect(code).toBe(0);
    const summary = await summaryIn(scene);
    expect(json()).toEqual({ ...summary, status: 'ok', out_dir: path.join(scene.cwd, 'out') });
  });

  it('has the error as well where some failed', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    const { code, json, stderr } = await scene.batch('rows.jsonl', '--json');
    expect(code).toBe(3);
    expect(json()).toMatchObject({
      schema_version: 1,
      status: 'error',
      exit_code: 3,
      error: { kind: 'partial', charged: 'yes', details: { rows: 3, states: { done: 2, failed: 1 } } },
      states: { done: 2, failed: 1 },
    });
    expect(stderr).toContain('error: 2 of 3 rows are done; 1 failed.');
  });
});

it('can be carried away: the same command elsewhere knows it', async () => {
  const scene = await batchScene({ 'rows.jsonl': ROWS.replace(' [sandbox:fail]', '') });
  await scene.batch('rows.jsonl');
  const elsewhere = await tempDir();
  for (const name of await visible(scene.cwd))
    await rename(path.join(scene.cwd, name), path.join(elsewhere, name));
  const before = scene.fal.ledger().requests.total;
  const argv = ['batch', 'rows.jsonl', '-d', 'out', '--no-report'];
  const { code, stderr } = await runCli(argv, { cwd: elsewhere, env: {} });
  expect([code, stderr]).toEqual([0, 'All 3 rows are done; nothing to send.\n']);
  expect(scene.fal.ledger().requests.total).toBe(before);
  expect(await readdir(path.join(elsewhere, 'out'))).not.toContain('ledger.db-wal');
});

describe('an out-dir that cannot be one', () => {
  test.each<[string, string, Record<string, string>, RegExp]>([
    ['is a file', 'taken', { taken: 'x' }, /--out-dir: .*taken is a file/],
    ['lies in a file', 'taken/out', { taken: 'x' }, /--out-dir: .*cannot be/],
    [
      'has a folder where the results go',
      'out',
      { 'out/results.jsonl/x': '' },
      /results\.jsonl cannot be read/,
    ],
    ['has something else for a ledger', 'out', { 'out/ledger.db': 'no database at all, but text' }, /ledger/],
  ])('%s', async (_, outDir, files, message) => {
    const scene = await batchScene({ 'rows.jsonl': ROWS, ...files });
    const { code, stdout, stderr } = await scene.run(['rows.jsonl', '-d', outDir, '--no-report']);
    expect([code, stdout], stderr).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(scene.fal.ledger().accepted).toEqual([]);
    expect(scene.fal.ledger().uploads).toEqual([]);
  });

  it('is empty on the command line', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    const { code, stderr } = await scene.run(['rows.jsonl', '-d', '']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/--out-dir must be the name of a file or folder, not ""/),
    ]);
  });
});

test.each<[string, Record<string, string>]>([
  ['is a file', { taken: 'x' }],
  ['holds something else', { 'taken/ledger.db': 'no database at all, but text' }],
])("nothing is sent where the user's own ledger %s", async (_, files) => {
  const scene = await batchScene({ 'rows.jsonl': ROWS, ...files });
  const env = { ...scene.fal.env, FAL_EDIT_STATE_DIR: 'taken' };
  const { code, stdout } = await scene.run(['rows.jsonl', '-d', 'out', '--no-report'], { env });
  expect([code, stdout]).toEqual([2, '']);
  expect(scene.fal.ledger().accepted).toEqual([]);
});

describe('pictures of the sandbox and of fal', () => {
  it('never come together', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', prompt: 'one' }) });
    const env = { FAL_EDIT_PICTURES: 'plain', FAL_EDIT_INFERENCE_TIME: '0', FAL_EDIT_QUEUE_TIME: '0' };
    const local = await scene.run(['rows.jsonl', '-d', 'local', '--no-report', '--sandbox'], { env });
    expect(local.code, local.stderr).toBe(0);
    const mixed = await scene.run(['rows.jsonl', '-d', 'local', '--no-report']);
    expect([mixed.code, mixed.stderr]).toEqual([2, expect.stringContaining('was made with the sandbox')]);
    await scene.batch('rows.jsonl');
    const other = await scene.run(['rows.jsonl', '-d', 'out', '--no-report', '--sandbox'], { env });
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('was made with fal')]);
    expect(scene.fal.ledger().accepted).toHaveLength(1);
  });

  it('the sandbox needs no key, costs nothing, and is resumed like fal', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    const env = { FAL_EDIT_PICTURES: 'plain', FAL_EDIT_INFERENCE_TIME: '0', FAL_EDIT_QUEUE_TIME: '0' };
    const first = await scene.run(['rows.jsonl', '-d', 'out', '--no-report', '--sandbox'], { env });
    expect(first.code, first.stderr).toBe(3);
    const again = await scene.run(['rows.jsonl', '-d', 'out', '--no-report', '--sandbox'], { env });
    expect(again.code).toBe(3);
    expect(again.stdout).toBe('');
    expect(await summaryIn(scene)).toMatchObject({ states: { done: 2, failed: 1 } });
    expect(scene.fal.ledger().requests.total).toBe(0);
  });
});

it('is private: others on the machine read no prompts in its ledger', async () => {
  const scene = await batchScene({ 'rows.jsonl': ROWS });
  await scene.batch('rows.jsonl');
  expect((await stat(path.join(scene.cwd, 'out/ledger.db'))).mode & 0o077).toBe(0);
});

describe('links that a stranger put into the out-dir', () => {
  test.each(['results.jsonl', 'ledger.db', 'ledger.db-wal', 'batch.lock', 'summary.json', 'report-files'])(
    'are not written through: %s',
    async (name) => {
      const scene = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', prompt: 'x' }) });
      const outside = await tempDir();
      const victim = path.join(outside, 'victim');
      await writeFile(victim, 'mine');
      await mkdir(path.join(scene.cwd, 'out'));
      await symlink(victim, path.join(scene.cwd, 'out', name));
      const { code, stderr } = await scene.batch('rows.jsonl');
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(
          name === 'ledger.db-wal' ? /ledger\.db-wal/ : new RegExp(`${name} is a symbolic link`),
        ),
      ]);
      expect(await readFile(victim, 'utf8')).toBe('mine');
      expect(scene.fal.ledger().requests.total).toBe(0);
    },
  );

  test.each([
    ['a file', 'j.xml', 'victim'],
    ['a folder', 'sub', '.'],
  ])('lead no JUnit report out of it: %s', async (_, name, target) => {
    const scene = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', prompt: 'x' }) });
    const outside = await tempDir();
    await writeFile(path.join(outside, 'victim'), 'mine');
    await mkdir(path.join(scene.cwd, 'out'));
    await symlink(path.join(outside, target), path.join(scene.cwd, 'out', name));
    const junit = name === 'sub' ? 'out/sub/j.xml' : 'out/j.xml';
    for (const more of [[], ['--frozen']]) {
      const { code, stderr } = await scene.batch('rows.jsonl', '--junit', junit, ...more);
      expect([code, stderr]).toEqual([
        0,
        expect.stringMatching(/Could not write .*j\.xml: .*is a symbolic link, which may point anywhere/),
      ]);
    }
    expect([await readdir(outside), await readFile(path.join(outside, 'victim'), 'utf8')]).toEqual([
      ['victim'],
      'mine',
    ]);
  });

  it('lead no results.jsonl out of it that is written anew', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', prompt: 'x' }) });
    expect((await scene.batch('rows.jsonl', '-o', '1.png')).code).toBe(0);
    const victim = path.join(await tempDir(), 'victim');
    await writeFile(victim, 'mine');
    await symlink(victim, path.join(scene.cwd, 'out', 'results.jsonl.part'));
    const { code, stderr } = await scene.batch('rows.jsonl', '-o', '2.png');
    expect(code, stderr).toBe(0);
    expect(await readFile(victim, 'utf8')).toBe('mine');
    expect(await scene.text('out/results.jsonl')).toContain('2.png');
  });

  it('lead no picture out of it', async () => {
    const scene = await batchScene({
      'rows.jsonl': jsonl({ image: 'a.png', prompt: 'x', output: 'sub/deep/x.png' }),
    });
    const outside = await tempDir();
    await mkdir(path.join(scene.cwd, 'out'));
    await symlink(outside, path.join(scene.cwd, 'out', 'sub'));
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/sub is a symbolic link/)]);
    expect(await readdir(outside)).toEqual([]);
    expect(scene.fal.ledger().requests.total).toBe(0);
  });

  it('lead no picture out that is only fetched', async () => {
    const scene = await batchScene({
      'rows.jsonl': jsonl({ image: 'a.png', prompt: 'x', output: 'sub/x.png' }),
    });
    expect((await scene.batch('rows.jsonl', '--submit-only')).code).toBe(0);
    const outside = await tempDir();
    await rm(path.join(scene.cwd, 'out/sub'), { recursive: true, force: true });
    await symlink(outside, path.join(scene.cwd, 'out', 'sub'));
    const { code } = await scene.run(['--collect', '-d', 'out', '--no-report']);
    expect(code).not.toBe(0);
    expect(await readdir(outside)).toEqual([]);
  });

  it('but the out-dir may be a link, and links within it may lead to each other', async () => {
    const scene = await batchScene({
      'rows.jsonl': jsonl({ image: 'a.png', prompt: 'x', output: 'sub/x.png' }),
    });
    const elsewhere = await tempDir();
    await mkdir(path.join(elsewhere, 'real'));
    await symlink('real', path.join(elsewhere, 'sub'));
    await symlink(elsewhere, path.join(scene.cwd, 'out'));
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    expect(await readdir(path.join(elsewhere, 'real'))).toEqual(['x.png']);
  });
});
