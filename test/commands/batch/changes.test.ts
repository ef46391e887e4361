/* A manifest that is edited between two runs: what is new is paid for, and what has changed is told. */
import { readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { batchScene, BLUE, GREEN, jsonl, promptsAt, RED, resultsIn, summaryIn } from './scene.js';

const row = (prompt: string, more: object = {}) => ({ image: 'a.png', prompt, ...more });
const A = row('A');
const B = row('B');
const C = row('C');

describe('the second run tells what has changed, and pays for what is new alone', () => {
  test.each<[string, object[], object[], string | undefined, number]>([
    ['nothing', [A, B, C], [A, B, C], undefined, 0],
    ['a row at the end', [A, B], [A, B, C], '1 added', 1],
    ['rows inserted at the top', [B, C], [row('0'), A, B, C], '2 added', 2],
    ['a row less', [A, B, C], [A, C], '1 removed', 0],
    ['another order', [A, B, C], [C, A, B], 'order changed', 0],
    ['a row edited in its place', [A, B, C], [A, row('B2'), C], '1 edited', 1],
    [
      'a row edited that has a name, in another place',
      [A, row('B', { id: 'b' }), C],
      [row('B2', { id: 'b' }), A, C],
      '1 edited',
      1,
    ],
    ['a row that was written twice', [A, B], [A, A, B], '1 added', 1],
    ['another name for a row', [A, B], [A, row('B', { id: 'b' })], undefined, 0],
    [
      'all of it',
      [A, B, C, row('D')],
      [row('new'), C, row('A2'), row('D'), A, row('more')],
      '3 added, 1 removed, order changed',
      3,
    ],
    [
      'a field in another spelling',
      [A, row('B', { num_images: 1 })],
      [A, row('B', { 'num-images': '1' })],
      undefined,
      0,
    ],
    ['what was a flag before', [row('B', { steps: 12 })], [row('B', { steps: '12' })], undefined, 0],
  ])('%s', async (_, before, after, told, paid) => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(...before) });
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    await scene.write({ 'rows.jsonl': jsonl(...after) });
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    const [line = ''] = stderr.match(/^Since the last run: .*$/m) ?? [];
    if (told === undefined) expect(line).toBe('');
    else expect(line).toBe(`Since the last run: ${told}.`);
    expect(scene.fal.ledger().accepted).toHaveLength(before.length + paid);
    expect(await summaryIn(scene)).toMatchObject({ rows: after.length, states: { done: after.length } });
  });

  it('in the document of a dry run as well', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(A, B, C) });
    await scene.batch('rows.jsonl');
    await scene.write({ 'rows.jsonl': jsonl(C, A, row('D'), row('E')) });
    const { json } = await scene.batch('rows.jsonl', '-n', '--json');
    expect(json()).toMatchObject({
      changes: { before: 3, edited: 0, added: 2, removed: 1, reordered: true },
      to_send: 2,
    });
  });

  it('where it is told apart from what was wrong: one malformed row pays for nothing', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(A, B) });
    await scene.batch('rows.jsonl');
    await scene.write({ 'rows.jsonl': `${jsonl(C)}{"image": \n${jsonl(A, B)}` });
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^rows\.jsonl:2: /)]);
    expect(promptsAt(scene.fal)).toEqual(['A', 'B']);
    const skipped = await scene.batch('rows.jsonl', '--skip-invalid');
    expect(skipped.code, skipped.stderr).toBe(3);
    expect(promptsAt(scene.fal)).toEqual(['A', 'B', 'C']);
  });

  it('removed rows stay in the ledger: when they are back, they are done', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(A, B) });
    await scene.batch('rows.jsonl');
    await scene.write({ 'rows.jsonl': jsonl(A) });
    await scene.batch('rows.jsonl');
    await scene.write({ 'rows.jsonl': jsonl(B, A) });
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });
});

describe('the identity of a row', () => {
  it('is not the name of its picture, but its bytes', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(A), 'copy/of-a.png': RED });
    await scene.batch('rows.jsonl');
    await scene.write({ 'rows.jsonl': jsonl({ ...A, image: 'copy/of-a.png' }) });
    const renamed = await scene.batch('rows.jsonl');
    expect([renamed.code, scene.fal.ledger().accepted.length], renamed.stderr).toEqual([0, 1]);
    await scene.write({ 'copy/of-a.png': GREEN });
    const repainted = await scene.batch('rows.jsonl');
    expect([repainted.code, scene.fal.ledger().accepted.length], repainted.stderr).toEqual([0, 2]);
    expect(repainted.stderr).toContain('Since the last run: 1 edited.');
  });

  it('sees other bytes behind an old date', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl({ ...A, image: 'b.png' }) });
    const file = path.join(scene.cwd, 'b.png');
    const then = new Date(Date.now() - 3_600_000);
    await utimes(file, then, then);
    await scene.batch('rows.jsonl');
    await writeFile(file, BLUE);
    await utimes(file, then, then);
    await scene.batch('rows.jsonl');
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });

  it('has nothing to do with the form of the manifest', async () => {
    const scene = await batchScene({
      'rows.jsonl': jsonl(A, B),
      'rows.csv': 'prompt,image\nB,a.png\nA,./a.png\n',
    });
    await scene.batch('rows.jsonl');
    expect((await scene.batch('rows.csv')).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });

  it('has its ordinal among equal rows: three of a kind are three edits, with three seeds', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(A, A, A) });
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    const seeds = scene.fal.ledger().accepted.map(({ input }) => (input as { seed: number }).seed);
    expect(new Set(seeds).size).toBe(3);
    expect(new Set((await resultsIn(scene)).map(({ key }) => key)).size).toBe(3);
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });

  it('is the same on another machine: the same seeds, and so the same pictures', async () => {
    const seedsOf = async () => {
      const { batch, fal } = await batchScene({ 'rows.jsonl': jsonl(A, B, A) });
      await batch('rows.jsonl');
      return fal
        .ledger()
        .accepted.map(({ input }) => (input as { seed: number }).seed)
        .sort();
    };
    expect(await seedsOf()).toEqual(await seedsOf());
  });
});

test('rows that ask for the very same picture, seed and all, are told: each is paid for', async () => {
  const scene = await batchScene(
    { 'rows.jsonl': jsonl(row('A', { seed: 7 }), row('A', { seed: 7 }), row('A', { seed: 8 })) },
    { duplicatesExpected: 1 },
  );
  const { code, stderr } = await scene.batch('rows.jsonl');
  expect(code).toBe(0);
  expect(stderr).toContain('warning: 1 row is the same as another row');
  expect(scene.fal.ledger().accepted).toHaveLength(3);
});

it('a row that comes back has its own picture again, where another row had put its own in the place', async () => {
  const rows = (prompt: string) => ({ 'rows.jsonl': jsonl(row(prompt, { id: 'x' })) });
  const scene = await batchScene(rows('A'));
  const flags = ['-o', '{id}.png', '--force'];
  await scene.batch('rows.jsonl', ...flags);
  const first = await readFile(path.join(scene.cwd, 'out/x.png'));
  await scene.write(rows('B'));
  await scene.batch('rows.jsonl', ...flags);
  expect(await readFile(path.join(scene.cwd, 'out/x.png'))).not.toEqual(first);
  await scene.write(rows('A'));
  expect((await scene.batch('rows.jsonl', ...flags)).code).toBe(0);
  // Fetched once more: fal has it, and it is paid for.
  expect(await readFile(path.join(scene.cwd, 'out/x.png'))).toEqual(first);
  expect(scene.fal.ledger().accepted).toHaveLength(2);
});
