/* An out-dir has one run at a time. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { until } from '../../edit/harness.js';
import { batchScene, holdStatus, jsonl, letGo, resultsIn, type BatchScene } from './scene.js';

const ROWS = jsonl({ image: 'a.png', prompt: 'one' }, { image: 'b.png', prompt: 'two' });

/** A run of two rows that holds its out-dir until it is let go. */
async function held(scene: BatchScene, ...argv: string[]) {
  holdStatus(scene.fal);
  const running = scene.batch(...argv);
  await until(() => scene.fal.hits('hold') === 2);
  return {
    end: () => {
      letGo(scene.fal);
      return running;
    },
  };
}

describe('while a run is at work', () => {
  test.each<[string, string[]]>([
    ['the same command', ['rows.jsonl', '-d', 'out', '--no-report']],
    ['another manifest into the same folder', ['other.jsonl', '-d', 'out', '--no-report']],
    ['a collect', ['--collect', '-d', 'out']],
    ['a dry run', ['rows.jsonl', '-d', 'out', '-n']],
    ['a frozen run', ['rows.jsonl', '-d', 'out', '--frozen']],
    ['a merge of the folder', ['merge', 'out', '-d', 'all']],
    ['a merge into the folder', ['merge', 'done', '-d', 'out']],
  ])('%s ends with 11, sends nothing and writes nothing', async (_, argv) => {
    const scene = await batchScene({
      'rows.jsonl': ROWS,
      'other.jsonl': jsonl({ image: 'c.png', prompt: 'three' }),
    });
    await scene.run(['c.png', '-p', 'x', '-d', 'done', '--no-report']);
    const first = await held(scene, 'rows.jsonl');
    const accepted = scene.fal.ledger().accepted.length;
    const second = await scene.run(argv);
    expect([second.code, second.stdout], second.stderr).toEqual([11, '']);
    expect(second.stderr).toContain(`error: Another run is using ${path.join(scene.cwd, 'out')}.`);
    expect(second.stderr).toContain('hint: Wait for it to finish, or name another --out-dir.');
    expect(scene.fal.ledger().accepted).toHaveLength(accepted);
    const { code, stderr } = await first.end();
    expect(code, stderr).toBe(0);
    expect(await resultsIn(scene)).toHaveLength(2);
  });

  it('the document says so as well', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    const first = await held(scene, 'rows.jsonl');
    const second = await scene.batch('rows.jsonl', '--json');
    expect(second.json()).toMatchObject({
      status: 'error',
      error: { kind: 'locked', charged: 'no', details: { out_dir: path.join(scene.cwd, 'out') } },
    });
    await first.end();
  });

  it('another out-dir is free', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    const first = await held(scene, 'rows.jsonl');
    letGo(scene.fal);
    const other = await scene.run(['c.png', '-p', 'x', '-d', 'other', '--no-report']);
    expect(other.code, other.stderr).toBe(0);
    expect((await first.end()).code).toBe(0);
  });
});

it('of two that start at the same moment one runs', async () => {
  const scene = await batchScene({ 'rows.jsonl': ROWS }, { inferenceMs: 100 });
  const codes = (await Promise.all([1, 2, 3].map(() => scene.batch('rows.jsonl')))).map(({ code }) => code);
  expect(codes.sort((one, other) => one - other)).toEqual([0, 11, 11]);
  expect(scene.fal.ledger().accepted).toHaveLength(2);
});

const HOLDER = `
import { DatabaseSync } from '@photostructure/sqlite';
const db = new DatabaseSync(process.argv[1]);
db.exec('BEGIN EXCLUSIVE');
process.stdout.write('held');
// What nobody holds on to is collected, and the lock with it.
setInterval(() => db.isOpen, 1000);`;

/** Another process that has the lock. */
async function holder(file: string): Promise<ChildProcess> {
  await mkdir(path.dirname(file), { recursive: true });
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

describe('a lock', () => {
  it('of another process holds, and goes with its process, however that ends', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    const child = await holder(path.join(scene.cwd, 'out/batch.lock'));
    expect((await scene.batch('rows.jsonl')).code).toBe(11);
    expect(scene.fal.ledger().requests.total).toBe(0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(0);
  });

  it('that a run which is gone has left is none', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    await mkdir(path.join(scene.cwd, 'out'));
    await writeFile(path.join(scene.cwd, 'out/batch.lock'), '');
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
  });

  it('is let go by a run that fails', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl({ image: 'no.png', prompt: 'x' }) });
    expect((await scene.batch('rows.jsonl')).code).toBe(2);
    await scene.write({ 'rows.jsonl': ROWS });
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
  });
});
