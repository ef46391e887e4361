/* --frozen fails instead of sending anything that the ledger does not hold. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, test } from 'vitest';
import { parseXml } from '../../report/parse-xml.js';
import { sha256 } from '../scene.js';
import { batchScene, GREEN, jsonl, namesIn, type BatchScene } from './scene.js';

const ROWS = [
  { id: 'one', image: 'a.png', prompt: 'one' },
  { id: 'two', image: 'b.png', prompt: 'two' },
];

/** A batch of two rows that is done, and the same command frozen: without a key, and without a network. */
async function done(rows: object[] = ROWS, ...flags: string[]) {
  const scene = await batchScene({ 'rows.jsonl': jsonl(...rows) });
  await scene.batch('rows.jsonl', ...flags);
  const requests = scene.fal.ledger().requests.total;
  const frozen = async (...more: string[]) => {
    const argv = ['rows.jsonl', '-d', 'out', '--frozen', ...flags, ...more];
    const context = { fetch: () => Promise.reject(new Error('the network was asked')) };
    const result = await scene.run(argv, { env: {}, context });
    expect(scene.fal.ledger().requests.total).toBe(requests);
    return result;
  };
  return { scene, frozen };
}

it('is content where every row is done, and leaves everything to the byte as it was', async () => {
  const { scene, frozen } = await done();
  const state = async () => {
    const names = await namesIn(scene);
    const bytes = names.map((name) => readFile(path.join(scene.cwd, 'out', name)));
    return [names, (await Promise.all(bytes)).map(sha256)];
  };
  const before = await state();
  expect(await frozen()).toMatchObject({ code: 0, stdout: '', stderr: 'All 2 rows are up to date.\n' });
  expect((await frozen('--json')).json()).toEqual({
    ...{ schema_version: 1, status: 'ok', sandbox: false },
    ...{ frozen: true, rows: 2 },
  });
  expect(await state()).toEqual(before);
});

const later: [string, (scene: BatchScene) => Promise<void>, RegExp][] = [
  [
    'a row is new',
    ({ write }) => write({ 'rows.jsonl': jsonl(...ROWS, { image: 'c.png', prompt: 'three' }) }),
    /^rows\.jsonl:3: it is not done\.$/m,
  ],
  [
    'a prompt is edited',
    ({ write }) => write({ 'rows.jsonl': jsonl(ROWS[0], { ...ROWS[1], prompt: '2' }) }),
    /^rows\.jsonl:2 \(two\): it is not done\.$/m,
  ],
  [
    'a picture that is edited has other bytes',
    ({ write }) => write({ 'a.png': GREEN }),
    /\(one\): it is not done/,
  ],
  [
    'a result is gone',
    ({ cwd }) => rm(path.join(cwd, 'out/a.edit.png')),
    /\(one\): its picture .*a\.edit\.png is gone/,
  ],
  [
    'a result is another one',
    ({ cwd }) => writeFile(path.join(cwd, 'out/b.edit.png'), 'painted over'),
    /\(two\): its picture .*b\.edit\.png has changed/,
  ],
];

test.each(later)('fails with 10 where %s, and sends nothing', async (_, change, message) => {
  const { scene, frozen } = await done();
  await change(scene);
  const { code, stdout, stderr } = await frozen();
  expect([code, stdout], stderr).toEqual([10, '']);
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/error: --frozen: 1 row of \d not up to date\. Nothing was sent\./);
  expect(stderr).toContain('hint: Run the batch without --frozen, and commit its files.');
  const { error } = (await frozen('--json')).json<{
    error: { kind: string; details: { stale: unknown[] } };
  }>();
  expect([error.kind, error.details.stale.length]).toEqual(['expectation', 1]);
});

test.each<[string, object, string[], RegExp]>([
  ['failed', { prompt: '[sandbox:fail]' }, [], /rows\.jsonl:1: it failed\./],
  ['was moderated', { prompt: '[sandbox:policy]' }, [], /rows\.jsonl:1: it was moderated\./],
  ['is at fal', { prompt: 'x' }, ['--submit-only'], /rows\.jsonl:1: its picture is still at fal\./],
  [
    'is not as expected',
    { prompt: 'x', expect: { min_width: 9999 } },
    [],
    /rows\.jsonl:1: its picture is not as/,
  ],
])('fails where a row %s', async (_, row, flags, message) => {
  const scene = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', ...row }) });
  await scene.batch('rows.jsonl', ...flags);
  const { code, stderr } = await scene.run(['rows.jsonl', '-d', 'out', '--frozen'], { env: {} });
  expect([code, stderr]).toEqual([10, expect.stringMatching(message)]);
});

it('fails where there is no out-dir yet, and makes none', async () => {
  const { run, fal, cwd } = await batchScene({ 'rows.jsonl': jsonl(...ROWS) });
  const { code, stderr } = await run(['rows.jsonl', '-d', 'out', '--frozen'], { env: {} });
  expect([code, stderr]).toEqual([10, expect.stringContaining('--frozen: 2 rows of 2 not up to date.')]);
  expect(fal.ledger().requests.total).toBe(0);
  await expect(readFile(path.join(cwd, 'out/ledger.db'))).rejects.toThrow('ENOENT');
});

it('still says what is wrong with the manifest', async () => {
  const { scene, frozen } = await done();
  await scene.write({ 'rows.jsonl': jsonl({ image: 'a.png', prompt: 'x', steps: 99 }) });
  expect(await frozen()).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^rows\.jsonl:1: steps must /),
  });
});

it('does not mind another order, other names and rows that are gone', async () => {
  const { scene, frozen } = await done();
  await scene.write({ 'rows.jsonl': jsonl({ ...ROWS[1], id: 'other' }) });
  expect((await frozen()).code).toBe(0);
});

it('finds the pictures of an out-dir that was checked in elsewhere', async () => {
  const { scene } = await done();
  const elsewhere = await batchScene({ 'rows.jsonl': jsonl(...ROWS) });
  for (const name of await namesIn(scene)) {
    await elsewhere.write({ [`out/${name}`]: await readFile(path.join(scene.cwd, 'out', name)) });
  }
  const { code, stderr } = await elsewhere.run(['rows.jsonl', '-d', 'out', '--frozen'], { env: {} });
  expect(code, stderr).toBe(0);
});

it('writes JUnit: a row that is not up to date is a failure, and says why', async () => {
  const { scene, frozen } = await done();
  const suiteOf = async () => parseXml(await scene.text('reports/frozen.xml')).children[0]!;
  expect((await frozen('--junit', 'reports/frozen.xml')).code).toBe(0);
  expect((await suiteOf()).attributes).toMatchObject({
    name: 'fal-edit rows.jsonl',
    tests: '2',
    failures: '0',
  });

  await writeFile(path.join(scene.cwd, 'out/a.edit.png'), 'another');
  await scene.write({ 'rows.jsonl': jsonl(...ROWS, { id: 'new', image: 'c.png', prompt: 'three' }) });
  expect((await frozen('--junit', 'reports/frozen.xml')).code).toBe(10);
  const suite = await suiteOf();
  expect(suite.attributes).toMatchObject({ tests: '3', failures: '2', errors: '0', skipped: '0' });
  const failures = suite.children.map(({ attributes, children }) => {
    const failure = children.find(({ name }) => name === 'failure')?.attributes;
    return [attributes['name'], failure?.['type'], failure?.['message']];
  });
  expect(failures).toEqual([
    ['one', 'expectation', expect.stringContaining('has changed')],
    ['two', undefined, undefined],
    ['new', 'expectation', 'it is not done.'],
  ]);
});
