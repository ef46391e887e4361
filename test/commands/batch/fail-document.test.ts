/* Scripts read the document of a run that failed as they read that of one that ended: where the rows are, what they cost. */
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { JSON_DOCUMENTS } from '../../../scripts/docs/json-documents.js';
import { folderWithPhoto } from '../../edit/harness.js';
import { runCli } from '../../support/run-cli.js';
import { sandbox } from '../../support/sandbox.js';
import { batchScene, holdStatus, jsonl, letGo } from './scene.js';

const NONE = { pending: 0, waiting: 0, done: 0, unmet: 0, failed: 0, moderated: 0, unknown: 0 };

const COMMANDS: [string, string[]][] = [
  ['batch', ['batch', 'cat.png', '-p', 'x', '--no-report']],
  ['compare', ['compare', 'cat.png', '-p', 'x', '--models', 'flux-dev,flux-general']],
  ['sweep', ['sweep', 'cat.png', '-p', 'x', '--vary', 'strength=0.5,0.6']],
];

test.each(COMMANDS)('%s: the keys are the same, null where nothing is known', async (_, argv) => {
  const cwd = await folderWithPhoto();
  const failed = await runCli([...argv, '--json', '--proxy-url', 'nonsense'], { cwd });
  const fal = await sandbox({ renderPictures: false });
  const ended = await runCli([...argv, '--json'], { cwd, env: fal.env });
  expect([failed.code, ended.code], ended.stderr).toEqual([2, 0]);
  const own = ['compare', 'sweep'];
  const keys = Object.keys(ended.json()).filter((key) => !own.includes(key));
  const document = failed.json();
  expect(document).toMatchObject({ status: 'error', exit_code: 2, states: null, cost: null, out_dir: null });
  expect(keys.filter((key) => !(key in document))).toEqual([]);
});

test.each(COMMANDS)('%s without a key says what is to be sent', async (_, argv) => {
  const cwd = await folderWithPhoto();
  const failed = await runCli([...argv, '--json'], { cwd });
  const rows = argv[0] === 'batch' ? 1 : 2;
  expect([failed.code, failed.json()], failed.stderr).toMatchObject([
    4,
    { rows, states: { ...NONE, pending: rows }, run: null, cost: { billed_usd: 0, outstanding_usd: 0 } },
  ]);
});

describe('The document of a failed batch', () => {
  const GOOD = { image: 'a.png', prompt: 'one' };
  const NEW = { image: 'b.png', prompt: 'two' };
  const BAD = { image: 'c.png', prompt: 'three', strength: 7 };

  it('counts the rows of a manifest in which something is wrong', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(GOOD, NEW, BAD) });
    const { code, json } = await scene.batch('rows.jsonl', '--json', '--shard', '1/1');
    const document = json();
    expect([code, document]).toMatchObject([
      2,
      {
        ...{ source: 'rows.jsonl', shard: '1/1', rows: 2, states: { ...NONE, pending: 2 }, invalid: 1 },
        ...{ left_out: {}, run: null, out_dir: path.join(scene.cwd, 'out') },
        cost: { billed_usd: 0, outstanding_usd: 0, pending_usd: 0.15 },
      },
    ]);
    expect(JSON_DOCUMENTS.batchFailure.schema.parse(document)).toEqual(document);
  });

  it.each([
    ['something is wrong with', [GOOD, NEW, BAD], [], 2, { ...NONE, done: 1, pending: 1 }],
    ['--frozen refuses', [GOOD, NEW], ['--frozen'], 10, { ...NONE, done: 1, pending: 1 }],
    ['cannot be read at all', ['no row'], [], 2, { ...NONE }],
  ])('counts what is done of rows that %s', async (_, rows, flags, exitCode, states) => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(GOOD) });
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    await scene.write({ 'rows.jsonl': jsonl(...rows) });
    const { code, json } = await scene.batch('rows.jsonl', '--json', ...flags);
    const billed = states.done * 0.075;
    expect([code, json()]).toMatchObject([exitCode, { states, cost: { billed_usd: billed } }]);
    expect(JSON_DOCUMENTS.batchFailure.schema.safeParse(json()).error).toBeUndefined();
  });

  it('does not know where the rows of another run are', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(GOOD) });
    holdStatus(scene.fal);
    const first = scene.batch('rows.jsonl');
    await expect.poll(() => scene.fal.ledger().accepted.length).toBe(1);
    const { code, json } = await scene.batch('rows.jsonl', '--json');
    expect([code, json()]).toMatchObject([11, { source: 'rows.jsonl', states: null, cost: null }]);
    letGo(scene.fal);
    await first;
  });

  it('stands in the last event as well', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(GOOD, BAD) });
    const { stdout } = await scene.batch('rows.jsonl', '--events');
    expect(JSON.parse(stdout)).toMatchObject({ event: 'failed', rows: 1, states: { pending: 1 } });
  });
});
