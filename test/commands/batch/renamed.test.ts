/* Rows that are done, and are to be called otherwise: their pictures are renamed, and nothing is sent. */
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { connect } from '../../ledger/opened.js';
import { batchScene, jsonl, namesIn, resultsIn, type BatchScene } from './scene.js';

const ROWS = [
  { id: 'a', image: 'a.png', prompt: 'snow' },
  { id: 'b', image: 'b.png', prompt: 'snow' },
  { id: 'c', image: 'a.png', prompt: 'rain' },
];
const OWN = ['ledger.db', 'results.jsonl', 'summary.json'];

async function done(output = '{id}.png', rows: readonly object[] = ROWS): Promise<BatchScene> {
  const scene = await batchScene({ 'rows.jsonl': jsonl(...rows) });
  const { code, stderr } = await scene.batch('rows.jsonl', '-o', output);
  expect(code, stderr).toBe(0);
  return scene;
}

const picturesOf = async (scene: BatchScene): Promise<string[]> =>
  (await namesIn(scene)).filter((name) => !OWN.includes(name) && name !== 'batch.lock');

/** Which row's picture each file is, by its bytes as results.jsonl has them. */
async function whose(scene: BatchScene): Promise<Record<string, string>> {
  const results = await resultsIn(scene);
  const entries = results.map(({ id, images }) => [id ?? '', images[0]?.path ?? ''] as const);
  return Object.fromEntries(entries);
}

const bytesOf = async (scene: BatchScene): Promise<Record<string, string>> => {
  const names = await whose(scene);
  const read = async ([id, file]: [string, string]): Promise<[string, string]> => [
    id,
    (await readFile(path.join(scene.cwd, 'out', file))).toString('base64'),
  ];
  return Object.fromEntries(await Promise.all(Object.entries(names).map(read)));
};

describe('A batch that is done, under other names', () => {
  it.each<[string, string, string[]]>([
    ['another template', 'x-{id}.png', ['x-a.png', 'x-b.png', 'x-c.png']],
    ['a folder', 'sub/{id}.{ext}', ['sub', 'sub/a.png', 'sub/b.png', 'sub/c.png']],
    ['names that are numbered', './', ['a.edit.2.png', 'a.edit.png', 'b.edit.png']],
  ])('%s: is renamed, and sends nothing', async (_, output, names) => {
    const scene = await done();
    const [accepted, before] = [scene.fal.ledger().accepted.length, await bytesOf(scene)];
    const dry = await scene.batch('rows.jsonl', '-o', output, '--dry-run', '--json');
    expect(dry.json()).toMatchObject({ to_send: 0, to_rename: 3 });
    const frozen = await scene.batch('rows.jsonl', '-o', output, '--frozen');
    expect([frozen.code, frozen.stderr]).toEqual([
      10,
      expect.stringMatching(/its picture is named a\.png and should be /),
    ]);
    const { code, stderr } = await scene.batch('rows.jsonl', '-o', output);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^Renamed 3 pictures\.$/m);
    expect(await picturesOf(scene)).toEqual(names);
    expect(await bytesOf(scene)).toEqual(before);
    expect((await resultsIn(scene)).map(({ images }) => images[0]?.path).sort()).toEqual(
      names.filter((name) => name.endsWith('.png')),
    );
    expect((await scene.batch('rows.jsonl', '-o', output, '--frozen')).code).toBe(0);
    expect((await scene.batch('rows.jsonl', '-o', output)).stderr).not.toContain('Renamed');
    expect(scene.fal.ledger().accepted).toHaveLength(accepted);
  });

  it('whose rows change their names with each other: so do the pictures', async () => {
    const scene = await done();
    const before = await bytesOf(scene);
    const swapped = ROWS.map((row, index) => ({ ...row, id: ['b', 'c', 'a'][index] }));
    await scene.write({ 'rows.jsonl': jsonl(...swapped) });
    const { code, stderr } = await scene.batch('rows.jsonl', '-o', '{id}.png');
    expect(code, stderr).toBe(0);
    expect(await picturesOf(scene)).toEqual(['a.png', 'b.png', 'c.png']);
    const png = async (name: string): Promise<string> =>
      (await readFile(path.join(scene.cwd, 'out', `${name}.png`))).toString('base64');
    expect([await png('b'), await png('c'), await png('a')]).toEqual([before['a'], before['b'], before['c']]);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });

  it('keeps the format that was paid for, and says how to have another', async () => {
    const scene = await done();
    const { code, stderr } = await scene.batch('rows.jsonl', '-o', 'x-{id}.jpg');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /rows\.jsonl:1 \(a\): the picture you paid for is kept as x-a\.png, not \.jpg\. To pay for one in that format, use --format jpeg\./,
    );
    expect(await picturesOf(scene)).toEqual(['x-a.png', 'x-b.png', 'x-c.png']);
    expect((await scene.batch('rows.jsonl', '-o', 'x-{id}.jpg')).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
    await scene.batch('rows.jsonl', '-o', 'x-{id}.jpg', '--format', 'jpeg');
    expect(scene.fal.ledger().accepted).toHaveLength(6);
  });

  it('does not touch a file that is not its own without --force', async () => {
    const scene = await done();
    await scene.write({ 'out/x-b.png': 'of somebody else' });
    const { code, stderr } = await scene.batch('rows.jsonl', '-o', 'x-{id}.png');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /rows\.jsonl:2 \(b\): output: x-b\.png already exists .*Nothing was sent or renamed\./,
      ),
    ]);
    expect(await picturesOf(scene)).toEqual(['a.png', 'b.png', 'c.png', 'x-b.png']);
    expect(await scene.text('out/x-b.png')).toBe('of somebody else');
    expect((await scene.batch('rows.jsonl', '-o', 'x-{id}.png', '--force')).code).toBe(0);
    expect(await picturesOf(scene)).toEqual(['x-a.png', 'x-b.png', 'x-c.png']);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });

  it('makes room for a new row that takes the old name', async () => {
    const scene = await done();
    const moved = [{ ...ROWS[0], id: 'z' }, ...ROWS.slice(1), { id: 'a', image: 'c.png', prompt: 'new' }];
    await scene.write({ 'rows.jsonl': jsonl(...moved) });
    const dry = await scene.batch('rows.jsonl', '-o', '{id}.png', '--dry-run', '--json');
    expect(dry.json()).toMatchObject({ to_send: 1, to_rename: 1 });
    const { code, stderr } = await scene.batch('rows.jsonl', '-o', '{id}.png');
    expect(code, stderr).toBe(0);
    expect(await picturesOf(scene)).toEqual(['a.png', 'b.png', 'c.png', 'z.png']);
    expect(scene.fal.ledger().accepted).toHaveLength(4);
  });

  it('does not make room where the old name is that of a row that is left out', async () => {
    const scene = await done();
    const rows = [...ROWS.slice(1), { id: 'a', image: 'c.png', prompt: 'new' }];
    await scene.write({ 'rows.jsonl': jsonl(...rows) });
    const { code, stderr } = await scene.batch('rows.jsonl', '-o', '{id}.png');
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('rows.jsonl:3: --output: a.png already exists'),
    ]);
    const skipping = await scene.batch('rows.jsonl', '-o', '{id}.png', '--skip-invalid', '--json');
    expect(skipping.json()).toMatchObject({ rows: 2, invalid: 1, states: { done: 2 } });
    expect(await picturesOf(scene)).toEqual(['a.png', 'b.png', 'c.png']);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });

  it('fetches a picture that is gone under its new name', async () => {
    const scene = await done();
    await rm(path.join(scene.cwd, 'out', 'a.png'));
    const { code, stderr } = await scene.batch('rows.jsonl', '-o', 'x-{id}.png');
    expect(code, stderr).toBe(0);
    expect(await picturesOf(scene)).toEqual(['x-a.png', 'x-b.png', 'x-c.png']);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });
});

describe('A run that is killed while it renames', () => {
  const between = (scene: BatchScene, id: string): string => {
    const db = connect(path.join(scene.cwd, 'out'));
    const row = db
      .prepare('SELECT j.id FROM jobs AS j JOIN batch_rows AS r ON r.key = j.asked_hash WHERE r.id = ?')
      .get(id) as { id: string };
    return path.join(scene.cwd, 'out', `.fal-edit-${row.id}-0-renamed.part`);
  };

  const steps: [string, (scene: BatchScene) => Promise<void>][] = [
    ['after one was taken away', (scene) => rename(path.join(scene.cwd, 'out/a.png'), between(scene, 'a'))],
    [
      'after all were taken away, and one was placed',
      async (scene) => {
        const [a, b, c] = ['a', 'b', 'c'].map((id) => between(scene, id));
        await rename(path.join(scene.cwd, 'out/a.png'), a!);
        await rename(path.join(scene.cwd, 'out/b.png'), b!);
        await rename(path.join(scene.cwd, 'out/c.png'), c!);
        await rename(a!, path.join(scene.cwd, 'out/b.png'));
      },
    ],
    [
      'after all were placed, and before that was noted',
      async (scene) => {
        const [a, b, c] = ['a', 'b', 'c'].map((id) => path.join(scene.cwd, `out/${id}.png`));
        await rename(a!, `${a!}.tmp`);
        await rename(c!, a!);
        await rename(b!, c!);
        await rename(`${a!}.tmp`, b!);
      },
    ],
  ];
  it.each(steps)('%s: the next one comes to the same end', async (_, interrupt) => {
    const scene = await done();
    const before = await bytesOf(scene);
    await interrupt(scene);
    const swapped = ROWS.map((row, index) => ({ ...row, id: ['b', 'c', 'a'][index] }));
    await scene.write({ 'rows.jsonl': jsonl(...swapped) });
    const { code, stderr } = await scene.batch('rows.jsonl', '-o', '{id}.png');
    expect(code, stderr).toBe(0);
    const names = await readdir(path.join(scene.cwd, 'out'));
    expect(names.filter((name) => /\.(png|part|tmp)$/.test(name)).sort()).toEqual([
      'a.png',
      'b.png',
      'c.png',
    ]);
    const png = async (name: string): Promise<string> =>
      (await readFile(path.join(scene.cwd, 'out', `${name}.png`))).toString('base64');
    expect([await png('b'), await png('c'), await png('a')]).toEqual([before['a'], before['b'], before['c']]);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });
});

test('a row that fal still has comes home under its new name', async () => {
  const scene = await batchScene({ 'rows.jsonl': jsonl(...ROWS) });
  expect((await scene.batch('rows.jsonl', '-o', '{id}.png', '--submit-only')).code).toBe(0);
  const { code, stderr } = await scene.batch('rows.jsonl', '-o', 'x-{id}.png');
  expect(code, stderr).toBe(0);
  expect(await picturesOf(scene)).toEqual(['x-a.png', 'x-b.png', 'x-c.png']);
  expect(scene.fal.ledger().accepted).toHaveLength(3);
});

test('rows of the same picture in another order keep the names that they have', async () => {
  const same = ROWS.map((row) => ({ ...row, image: 'a.png', prompt: row.id }));
  const scene = await done('./', same);
  const before = await whose(scene);
  await writeFile(path.join(scene.cwd, 'rows.jsonl'), jsonl(...same.toReversed()));
  const { code, stderr } = await scene.batch('rows.jsonl', '-o', './');
  expect(code, stderr).toBe(0);
  expect(stderr).not.toContain('Renamed');
  expect(await whose(scene)).toEqual(before);
});
