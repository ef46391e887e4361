/* Names of results: templates with columns, numbers, collisions; nothing leaves the out-dir. */
import path from 'node:path';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it, test } from 'vitest';
import { sha256 } from '../scene.js';
import { batchScene, jsonl, linesOf, namesIn, promptsAt, resultsIn, RED } from './scene.js';

const paths = (stdout: string): string[] => linesOf(stdout).sort();

describe('placeholders', () => {
  test.each<[string, Record<string, unknown>, string[], string]>([
    ['a column', { colour: 'blue' }, ['-p', 'make it {colour}'], 'make it blue'],
    ['one in the row itself', { colour: 'blue', prompt: 'a {colour} {colour}' }, [], 'a blue blue'],
    ['a number', { count: 3 }, ['-p', '{count} cats'], '3 cats'],
    ['zero and false', { n: 0, b: false }, ['-p', '{n} {b}'], '0 false'],
    ['null', { n: null }, ['-p', 'a{n}b'], 'ab'],
    ['a list', { tags: ['a', 1] }, ['-p', '{tags}'], '["a",1]'],
    ['a field of the edit', { steps: 12 }, ['-p', '{steps} steps of {image}'], '12 steps of a.png'],
    ['its id', { id: 'cat' }, ['-p', 'for {id}'], 'for cat'],
    ['a name with spaces and accents', { 'größe in m': '2' }, ['-p', '{größe in m}'], '2'],
    ['doubled braces', {}, ['-p', '{{colour}}'], '{colour}'],
    ['braces around no name', {}, ['-p', '{"a": 1} {} { x }'], '{"a": 1} {} { x }'],
    ['a value with braces is no template', { colour: '{id}', id: 'x' }, ['-p', '{colour}'], '{id}'],
    ['a value with what a replacement means', { colour: "$& $1 $$ $'" }, ['-p', '{colour}'], "$& $1 $$ $'"],
  ])('in a prompt: %s', async (_, row, flags, prompt) => {
    const { batch, fal } = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', ...row }) });
    const { code, stderr } = await batch('rows.jsonl', ...flags);
    expect(code, stderr).toBe(0);
    expect(promptsAt(fal)).toEqual([prompt]);
  });

  it('in a prompt file', async () => {
    const files = { 'rows.csv': 'image,colour\na.png,blue\n', 'say.txt': 'make it {colour}\n' };
    const { batch, fal } = await batchScene(files);
    expect((await batch('rows.csv', '--prompt-file', 'say.txt')).code).toBe(0);
    expect(promptsAt(fal)).toEqual(['make it blue']);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['{id}.png', { id: 'cat' }, 'cat.png'],
    ['{name}-{colour}.{ext}', { colour: 'blue' }, 'a-blue.png'],
    ['{model}/{seed}.png', { seed: 7 }, 'flux-general/7.png'],
    ['deep/er/', {}, 'deep/er/a.edit.png'],
    ['{colour}/', { colour: 'blue' }, 'blue/a.edit.png'],
    ['{colour}.png', { colour: '../../up' }, '__.._up.png'],
    ['{colour}.png', { colour: '/etc/passwd' }, '_etc_passwd.png'],
    ['{colour}.png', { colour: 'a\nb\u0007c' }, 'a_b_c.png'],
    ['{colour}.png', { colour: '' }, 'picture.png'],
    ['{colour}.png', { colour: '{seed}', seed: 7 }, '_seed_.png'],
    ['{id}.{ext}', { id: 'x', format: 'jpeg' }, 'x.jpg'],
  ])('in an output: %s of %j', async (template, row, name) => {
    const { batch } = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', prompt: 'x', ...row }) });
    const { code, stdout, stderr } = await batch('rows.jsonl', '-o', template);
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(`out/${name}\n`);
  });

  it('{index} tells several pictures of a row apart, {request_id} every one', async () => {
    const scene = await batchScene({
      'rows.jsonl': jsonl(
        { id: 'a', image: 'a.png', prompt: 'x', num_images: 2, output: '{id}-{index}.png' },
        { id: 'b', image: 'a.png', prompt: 'y', output: '{request_id}.png' },
        { id: 'c', image: 'a.png', prompt: 'z', output: '{request_id}.png' },
      ),
    });
    const { code, stdout, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    const results = await resultsIn(scene);
    const own = results.filter(({ id }) => id !== 'a').map(({ request_id: id }) => `out/${id!}.png`);
    expect(paths(stdout)).toEqual(['out/a-1.png', 'out/a-2.png', ...own].sort());
  });

  test.each<[string, string[], RegExp]>([
    ['a prompt', ['-p', 'a {clour}'], /^rows\.jsonl:1: --prompt: this row has no column for \{clour\}/m],
    [
      'an output',
      ['-p', 'x', '-o', '{clour}.png'],
      /^rows\.jsonl:1: --output: this row has no column for \{clour\}/m,
    ],
  ])('that is no column is refused in %s', async (_, flags, message) => {
    const { batch, fal } = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png' }) });
    const { code, stderr } = await batch('rows.jsonl', ...flags);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(fal.ledger().requests.total).toBe(0);
  });
});

describe('names', () => {
  it('are numbered in the order of the manifest where several would be the same', async () => {
    const rows = ['one', 'two', 'three'].map((prompt) => ({ image: 'a.png', prompt }));
    const scene = await batchScene({ 'rows.jsonl': jsonl(...rows) });
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    const named = (await resultsIn(scene)).map(({ prompt, images }) => [prompt, images[0]!.path]);
    expect(named.sort()).toEqual([
      ['one', 'a.edit.png'],
      ['three', 'a.edit.3.png'],
      ['two', 'a.edit.2.png'],
    ]);
  });

  test.each<[string, Record<string, unknown>[], string[], RegExp]>([
    [
      'two rows with one output',
      [{ prompt: 'a' }, { prompt: 'b' }],
      ['-o', 'same.png'],
      /^rows\.jsonl:2: output: same\.png is already the output of rows\.jsonl:1\./m,
    ],
    [
      'two rows whose columns come to one name',
      [
        { prompt: 'a', k: 'x/y' },
        { prompt: 'b', k: 'x:y' },
      ],
      ['-o', '{k}.png'],
      /^rows\.jsonl:2: output: x_y\.png is already the output of rows\.jsonl:1\./m,
    ],
    [
      'a folder above',
      [{ prompt: 'a' }],
      ['-o', '../x.png'],
      /^rows\.jsonl:1: output: .*outside the out-dir/m,
    ],
    ['a detour above', [{ prompt: 'a' }], ['-o', 'a/../../x.png'], /outside the out-dir/],
    ['an absolute path', [{ prompt: 'a' }], ['-o', '/tmp/x.png'], /outside the out-dir/],
    [
      "a file of the batch's own",
      [{ prompt: 'a' }],
      ['-o', 'ledger.db'],
      /is a name that the batch uses for its own files/,
    ],
    [
      'its companion',
      [{ prompt: 'a' }],
      ['-o', 'ledger.db-wal'],
      /is a name that the batch uses for its own files/,
    ],
    [
      "the report's folder",
      [{ prompt: 'a' }],
      ['-o', 'report-files/x.png'],
      /is a name that the batch uses for its own files/,
    ],
    ['stdout', [{ prompt: 'a' }], ['-o', '-'], /--output - takes one picture; a batch makes several/],
    ['stdout in a row', [{ prompt: 'a', output: '-' }], [], /^rows\.jsonl:1: output: - .*stdout/m],
    [
      'a format that no model makes',
      [{ prompt: 'a', output: 'x.gif' }],
      [],
      /^rows\.jsonl:1: output: .*gif/m,
    ],
    ['a name that is too long', [{ prompt: 'a', output: `${'x'.repeat(300)}.png` }], [], /too long/],
  ])('are refused before anything is sent: %s', async (_, rows, flags, message) => {
    const manifest = jsonl(...rows.map((row) => ({ image: 'a.png', ...row })));
    const scene = await batchScene({ 'rows.jsonl': manifest });
    const { code, stdout, stderr } = await scene.batch('rows.jsonl', ...flags);
    expect([code, stdout], stderr).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(scene.fal.ledger().requests.total).toBe(0);
    expect(await readdir(path.dirname(scene.cwd))).not.toContain('x.png');
  });

  it('that are taken by a file of somebody else are refused, and replaced only with --force', async () => {
    const rows = jsonl({ id: 'x', image: 'a.png', prompt: 'one' });
    const scene = await batchScene({ 'rows.jsonl': rows, 'out/x.png': 'mine' });
    const refused = await scene.batch('rows.jsonl', '-o', '{id}.png');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('x.png already exists')]);
    expect(scene.fal.ledger().requests.total).toBe(0);
    expect(await scene.text('out/x.png')).toBe('mine');
    expect((await scene.batch('rows.jsonl', '-o', '{id}.png', '--force')).code).toBe(0);
    expect(await scene.text('out/x.png')).not.toBe('mine');
  });

  it('of our own making pass by what is there', async () => {
    const rows = jsonl({ image: 'a.png', prompt: 'one' }, { image: 'a.png', prompt: 'two' });
    const scene = await batchScene({
      'rows.jsonl': rows,
      'out/a.edit.png': 'mine',
      'out/a.edit.2.png': 'mine',
    });
    const { code, stdout, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    const fresh = paths(stdout);
    expect(new Set(fresh).size).toBe(2);
    for (const name of ['out/a.edit.png', 'out/a.edit.2.png']) {
      expect(fresh).not.toContain(name);
      expect(await scene.text(name)).toBe('mine');
    }
  });

  it('with --force a row may stand where another one of its place stood before', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl({ id: 'x', image: 'a.png', prompt: 'one' }) });
    await scene.batch('rows.jsonl', '-o', '{id}.png');
    await scene.write({ 'rows.jsonl': jsonl({ id: 'x', image: 'a.png', prompt: 'two' }) });
    expect((await scene.batch('rows.jsonl', '-o', '{id}.png')).code).toBe(2);
    const { code, stderr } = await scene.batch('rows.jsonl', '-o', '{id}.png', '-f');
    expect(code, stderr).toBe(0);
    const [, second] = await resultsIn(scene);
    expect(sha256(await readFile(path.join(scene.cwd, 'out/x.png')))).toBe(second!.images[0]!.sha256);
  });
});

it('pictures of several rows are all there, whole, and nothing else is', async () => {
  const rows = Array.from({ length: 12 }, (_, n) => ({ image: 'a.png', prompt: `p${n}`, num_images: 2 }));
  const scene = await batchScene({ 'rows.jsonl': jsonl(...rows), 'x.png': RED });
  const { code, stdout } = await scene.batch('rows.jsonl');
  expect(code).toBe(0);
  const pictures = (await namesIn(scene)).filter((name) => name.endsWith('.png'));
  expect(pictures).toHaveLength(24);
  expect(paths(stdout)).toEqual(pictures.map((name) => `out/${name}`).sort());
});
