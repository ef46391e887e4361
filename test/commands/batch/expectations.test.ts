/* What is expected of results: measured on them; a miss is exit 10, kept, and marked everywhere. */
import path from 'node:path';
import { stat } from 'node:fs/promises';
import { describe, expect, it, test } from 'vitest';
import { parseXml } from '../../report/parse-xml.js';
import { batchScene, jsonl, linesOf, resultsIn, summaryIn } from './scene.js';

const row = (more: object = {}) => ({ image: 'a.png', prompt: 'x', ...more });

describe('each expectation', () => {
  test.each<[string, unknown, object, boolean]>([
    ['min_width', { min_width: 16 }, {}, true],
    ['min_width', { min_width: 9_999 }, {}, false],
    ['max_bytes', { max_bytes: '1MB' }, {}, true],
    ['max_bytes', { max_bytes: 10 }, {}, false],
    ['format', { format: 'png' }, {}, true],
    ['format', { format: 'jpeg' }, {}, false],
    ['format', { format: 'jpg' }, { format: 'jpeg' }, true],
    ['max_change', { max_change: 1 }, {}, true],
    ['max_change', { max_change: 0 }, {}, false],
    ['min_change', { min_change: 0.001 }, {}, true],
    ['min_change', { min_change: 1 }, {}, false],
    ['not_blank', { not_blank: true }, {}, true],
    ['not_blank', { not_blank: false }, {}, true],
    ['kebab-case', { 'min-width': 9_999 }, {}, false],
    ['text', 'min_width=16, format=jpeg', {}, false],
    ['several', { min_width: 16, format: 'png', max_bytes: '1MB' }, {}, true],
  ])('%s: %j of %j is met: %s', async (_, expected, more, met) => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(row({ expect: expected, ...more })) });
    const { code, stdout, stderr } = await scene.batch('rows.jsonl');
    const [result] = await resultsIn(scene);
    expect([code, result!.state], stderr).toEqual(met ? [0, 'done'] : [10, 'unmet']);
    // Kept in any case: it is paid for.
    const [file = ''] = linesOf(stdout);
    expect((await stat(path.join(scene.cwd, file))).size).toBeGreaterThan(0);
  });
});

describe('a miss', () => {
  it('is marked in all outputs', async () => {
    const rows = jsonl(row({ id: 'small', expect: { min_width: 9_999 } }), row({ prompt: 'fine' }));
    const scene = await batchScene({ 'rows.jsonl': rows });
    const page = path.join(scene.cwd, 'page.md');
    const env = { ...scene.fal.env, GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: page };
    const { code, stdout, stderr } = await scene.run(['rows.jsonl', '-d', 'out', '--junit', 'j.xml'], {
      env,
    });
    expect(code).toBe(10);
    expect(linesOf(stdout)).toHaveLength(2);
    expect(stderr).toMatch(/warning: rows\.jsonl:1 \(small\): expected min_width 9999, found 64\./);
    expect(stderr).toMatch(/^::error file=rows\.jsonl,line=1,title=unmet%3A small::min_width/m);
    expect(stderr).toContain('error: 1 of 2 rows are done; 1 not as expected.');
    const results = await resultsIn(scene);
    expect(results.find(({ id }) => id === 'small')).toMatchObject({
      state: 'unmet',
      expectations: [{ expectation: 'min_width', wanted: 9_999, found: 64, met: false, image: 0 }],
      error: { kind: 'expectation', charged: 'yes' },
    });
    expect(await summaryIn(scene)).toMatchObject({
      status: 'expectation',
      exit_code: 10,
      states: { done: 1, unmet: 1 },
    });
    const suite = parseXml(await scene.text('j.xml')).children[0]!;
    expect(suite.attributes).toMatchObject({ tests: '2', failures: '1' });
    expect(suite.children[0]!.children.some(({ name }) => name === 'failure')).toBe(true);
    expect(await scene.text('page.md')).toMatch(/min&#95;width: wanted 9999, found 64/);
    expect(await scene.text('out/report.html')).toContain('min_width: wanted 9999, found 64');
  });

  it('is not sent again, whatever is retried', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(row({ expect: { min_width: 9_999 } })) });
    for (const flags of [[], ['--retry-failed'], []]) {
      expect((await scene.batch('rows.jsonl', ...flags)).code).toBe(10);
    }
    expect(scene.fal.ledger().accepted).toHaveLength(1);
    expect(await resultsIn(scene)).toHaveLength(1);
  });

  it('beside rows that failed makes it partial', async () => {
    const rows = jsonl(
      row({ expect: { min_width: 9_999 } }),
      row({ prompt: '[sandbox:policy]' }),
      row({ prompt: 'y' }),
    );
    const { batch } = await batchScene({ 'rows.jsonl': rows });
    expect((await batch('rows.jsonl')).code).toBe(3);
  });

  it('of one picture of several is a miss of the row', async () => {
    const scene = await batchScene({
      'rows.jsonl': jsonl(row({ num_images: 2, expect: { format: 'jpeg' } })),
    });
    expect((await scene.batch('rows.jsonl')).code).toBe(10);
    expect((await resultsIn(scene))[0]!.expectations.map(({ image, met }) => [image, met])).toEqual([
      [0, false],
      [1, false],
    ]);
  });
});

describe('--expect', () => {
  it('is expected of all rows, where they do not say otherwise', async () => {
    const rows = jsonl(
      row({ prompt: '1' }),
      row({ prompt: '2', expect: { min_width: 16 } }),
      row({ prompt: '3', expect: { max_bytes: '1MB' } }),
      row({ prompt: '4', expect: '' }),
    );
    const scene = await batchScene({ 'rows.jsonl': rows });
    const { code } = await scene.batch('rows.jsonl', '--expect', 'min_width=9999', '--expect', 'format=png');
    expect(code).toBe(10);
    const states = (await resultsIn(scene)).map(({ prompt, state }) => [prompt, state]);
    expect(states.sort()).toEqual([
      ['1', 'unmet'],
      ['2', 'done'],
      ['3', 'unmet'],
      ['4', 'unmet'],
    ]);
  });

  it('takes several in one', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(row()) });
    await scene.batch('rows.jsonl', '--expect', 'min_width=16,max-bytes=1MB');
    expect((await resultsIn(scene))[0]!.expectations.map(({ expectation }) => expectation)).toEqual([
      'min_width',
      'max_bytes',
    ]);
  });

  it('has columns of its own in CSV', async () => {
    const scene = await batchScene({
      'rows.csv': 'image,prompt,expect.min_width,expect\na.png,x,9999,format=png\n',
    });
    expect((await scene.batch('rows.csv')).code).toBe(10);
    expect((await resultsIn(scene))[0]!.expectations.map(({ met }) => met)).toEqual([false, true]);
  });
});

describe('of rows that are done already', () => {
  it('something else may be expected in a later run: it is measured, and nothing is sent', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(row({ id: 'x' }), row({ prompt: 'y' })) });
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    const before = scene.fal.ledger().requests.total;
    const strict = await scene.batch('rows.jsonl', '--expect', 'min_width=9999');
    expect(strict.code, strict.stderr).toBe(10);
    expect(strict.stderr).toContain('warning: rows.jsonl:1 (x): expected min_width 9999, found 64.');
    expect(await summaryIn(scene)).toMatchObject({ status: 'expectation', states: { unmet: 2 } });
    const states = (await resultsIn(scene)).map(({ state }) => state);
    expect(states).toEqual(['done', 'done', 'unmet', 'unmet']);

    const again = await scene.batch('rows.jsonl', '--expect', 'min_width=9999');
    expect(again.code).toBe(10);
    expect(await resultsIn(scene)).toHaveLength(4);
    const lenient = await scene.batch('rows.jsonl', '--expect', 'min_width=1');
    expect([lenient.code, lenient.stderr]).toEqual([0, 'All 2 rows are done; nothing to send.\n']);
    expect(scene.fal.ledger().requests.total).toBe(before);
  });

  it('--frozen measures them as well', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(row()) });
    await scene.batch('rows.jsonl');
    const { code, stderr } = await scene.batch('rows.jsonl', '--expect', 'min_width=9999', '--frozen');
    expect([code, stderr]).toEqual([
      10,
      expect.stringContaining('rows.jsonl:1: its picture is not as expected.'),
    ]);
    expect((await scene.batch('rows.jsonl', '--frozen')).code).toBe(0);
  });

  it('a run that was killed before it could measure leaves that to the next', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(row({ expect: { min_width: 9_999 } })) });
    await scene.batch('rows.jsonl', '--submit-only');
    // It comes home while nothing is expected of it.
    await scene.write({ 'plain.jsonl': jsonl(row()) });
    expect((await scene.batch('plain.jsonl')).code).toBe(0);
    expect((await scene.batch('rows.jsonl')).code).toBe(10);
    expect(scene.fal.ledger().accepted).toHaveLength(1);
  });
});
