/* The border between the sandbox and fal: marked in every output, and nothing of it counts for real. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SANDBOX_KEY } from '../../src/fal/connection.js';
import { edit } from '../../src/index.js';
import type { Toxic } from '../../src/sandbox/faults/toxics.js';
import type { CliResult } from '../support/run-cli.js';
import { sandbox, type TestSandboxSettings } from '../support/sandbox.js';
import { jsonl, linesOf, batchScene } from './batch/scene.js';
import { controlScene, type Several } from './control-scene.js';

const QUICK = { FAL_EDIT_QUEUE_TIME: '0ms', FAL_EDIT_INFERENCE_TIME: '0ms', FAL_EDIT_PICTURES: 'plain' };
const ROWS = jsonl({ image: 'a.png', prompt: 'snow' }, { image: 'b.png', prompt: 'rain' });

interface Doc {
  sandbox: boolean;
  status: string;
  request_id: string;
  error?: { kind: string; charged: string; message: string };
  cost: { billed_usd: number };
}

/** Something on this machine that speaks HTTP and is no sandbox; how often it was asked with a key. */
async function stranger(): Promise<{ url: string; keys: () => number }> {
  let keys = 0;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== undefined) keys++;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"request_id":"stranger-1"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/proxy`, keys: () => keys };
}

describe('a sandbox of its own', () => {
  test('its edits are marked, count in no cost and no cap, and can be waited for later', async () => {
    const { fal, run } = await controlScene();
    const env = { ...fal.env, FAL_KEY: SANDBOX_KEY };
    const EDIT = ['cat.png', '-p', 'snow'];

    // fal itself, as far as this test goes: half of the day's cap.
    expect((await run([...EDIT, '--daily-cap', '0.1'])).code).toBe(0);
    const played = await run([...EDIT, '--seed', '1', '--json', '--daily-cap', '0.1'], { env });
    expect(played.json<Doc>()).toMatchObject({
      status: 'ok',
      sandbox: true,
      cost: { billed_units: 1, unit_price_usd: 0.075, billed_usd: 0 },
    });
    // Among real ones it shows no money.
    const cells = (await run(['requests'])).stdout.split('\n').map((line) => line.split('\t')[3]);
    expect(cells).toEqual(expect.arrayContaining(['sandbox', '$0.075']));
    const listed = (await run(['requests', '--json'])).json<Several>().requests;
    expect(listed.map(({ sandbox: play, cost }) => [play, cost])).toMatchObject([
      [true, { billed_units: 1, billed_usd: 0 }],
      [false, { billed_units: 1, billed_usd: 0.075 }],
    ]);
    const second = await run([...EDIT, '--seed', '2', '--daily-cap', '0.1', '--json'], { env });
    expect(second.json<Doc>()).toMatchObject({ sandbox: true, error: { kind: 'budget', charged: 'no' } });

    expect((await run(['costs', '--json'])).json()).toMatchObject({ sandbox: false, total: { edits: 1 } });
    const costs = await run(['costs'], { env });
    expect(costs.stderr).toContain('sandbox: nothing charged (would be $0.075).');

    const left = await run([...EDIT, '--seed', '3', '--detach'], { env });
    const id = left.stdout.trim();
    expect((await run(['status', 'last', '--json'], { env })).json<Several>().requests[0]?.request_id).toBe(
      id,
    );
    const real = (await run(['status', 'last', '--json'])).json<Several>();
    expect(real.requests[0]).toMatchObject({ sandbox: false, state: 'saved' });
    const asked = await run(['wait', id, '--json']);
    expect([asked.code, asked.json<Doc>()]).toMatchObject([2, { sandbox: true, error: { charged: 'no' } }]);
    expect(asked.json<Doc>().error?.message).toContain('was sent to the sandbox at 127.0.0.1');
    const unfinished = await run(['wait', '--unfinished']);
    expect([unfinished.code, unfinished.stderr]).toEqual([
      0,
      expect.stringContaining('1 edit was sent to a sandbox'),
    ]);
    const home = await run(['wait', 'last'], { env });
    expect([home.code, home.stderr]).toEqual([
      0,
      expect.stringContaining('sandbox: nothing charged (would be $0.075)'),
    ]);
  });

  test.each([
    [undefined, 'FAL_PROXY_URL is not set'],
    ['https://proxy.example/fal', 'proxy.example is not this machine'],
  ])('its key never goes elsewhere: a proxy at %s', async (proxy, why) => {
    const { run } = await controlScene();
    const asked: string[] = [];
    const fetch = (url: string): Promise<never> => Promise.reject(new Error(asked.push(url).toString()));
    const env: Record<string, string> = { FAL_KEY: SANDBOX_KEY, ...(proxy && { FAL_PROXY_URL: proxy }) };
    for (const argv of [
      ['cat.png', '-p', 'snow'],
      ['reconcile', '--all'],
      ['models', '--check'],
    ]) {
      const { code, stderr } = await run(argv, { env, context: { fetch } });
      expect([code, stderr]).toEqual([4, expect.stringContaining(why)]);
    }
    expect(asked).toEqual([]);
    const call = edit({
      images: ['x.png'],
      prompt: 'snow',
      key: SANDBOX_KEY,
      ...(proxy && { proxyUrl: proxy }),
    });
    await expect(call).rejects.toMatchObject({ kind: 'auth' });
  });

  test('what listens there has to say that it is one, before anything is sent', async () => {
    const { url, keys } = await stranger();
    const { run, job } = await controlScene();
    const env = { FAL_KEY: SANDBOX_KEY, FAL_PROXY_URL: url };
    const { code, stderr } = await run(['cat.png', '-p', 'snow', '--daily-cap', '0.01'], { env });
    expect([code, stderr]).toEqual([4, expect.stringContaining('is not the sandbox. Nothing was sent.')]);
    await expect(job()).rejects.toThrow('0 edits');
    expect(keys()).toBe(0);
  });

  test('a header alone turns no cap off: with another key it is fal', async () => {
    const { fal, run } = await controlScene();
    expect((await fetch(fal.proxyUrl)).headers.get('x-fal-edit-sandbox')).toBe('1');
    const { code, json } = await run(['cat.png', '-p', 'snow', '--json', '--daily-cap', '0.01']);
    expect([code, json<Doc>()]).toMatchObject([8, { sandbox: false }]);
  });
});

/** Everything called `charged`, at any depth of a document. */
function chargesIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    name === 'charged' ? [inner] : chargesIn(inner),
  );
}

describe('no sentence and no field says that an edit on the sandbox is charged', () => {
  const LOST: Toxic = { type: 'reset_peer', on: 'submit', stream: 'downstream' };
  const SLOW = { queueMs: 0, inferenceMs: 60_000 };

  /** What a command says for people and for scripts, without what it says of fal's charge beside `no`. */
  function expectNoCharge({ stdout, stderr }: CliResult): void {
    const free = stderr.replace(/^charged: no \(sandbox; at fal: \w+\)$/gm, '');
    expect(`${free}\n${stdout.replace(/"charged": "no"/g, '')}`).not.toMatch(
      /(?<!nothing (is|was) |nothing )charge/i,
    );
    if (stdout.startsWith('{')) expect(new Set(chargesIn(JSON.parse(stdout)))).not.toContain('yes');
  }

  test.each<[string, TestSandboxSettings, string[], string]>([
    ['a lost answer', { toxics: [LOST] }, [], 'The edit may have been sent: '],
    ['a deadline', SLOW, ['--timeout', '1s'], ' continues at fal'],
    [
      'a cancel',
      { ...SLOW, queueMs: 60_000 },
      ['--timeout', '1s', '--cancel-on-timeout'],
      'nothing is charged',
    ],
    [
      'a cancel that is not confirmed',
      { ...SLOW, ignoreCancel: true },
      ['--timeout', '1s', '--cancel-on-timeout'],
      'it may still finish.',
    ],
    [
      'a picture that does not come',
      { toxics: [{ type: 'timeout', on: 'file' }] },
      ['--timeout', '1s'],
      'is finished, but not fully downloaded.',
    ],
  ])('%s', async (_, settings, flags, words) => {
    const { fal, run } = await controlScene(settings);
    const env = { ...fal.env, FAL_KEY: SANDBOX_KEY };
    const edit = ['cat.png', '-p', 'snow', ...flags];
    const result = await run([...edit, '--json'], { env });
    expect(result.stderr).toContain(words);
    expect(result.json<Doc>().error).toMatchObject({ charged: 'no' });
    expectNoCharge(result);
    // What a later command says of it, whether it would ask the sandbox or fal.
    const { job } = result.json<{ job: string }>();
    for (const later of [
      ['status', job],
      ['status', job, '--json'],
      ['wait', job, '--timeout', '1s', '--json'],
      ['result', job, '--timeout', '1s', '--json'],
      ['cancel', job, '--json'],
      ['reconcile', job, '--json'],
    ]) {
      expectNoCharge(await run(later, { env }));
      expectNoCharge(await run(later));
    }
    expectNoCharge(await run(edit, { env }));
  });

  test('one that is done', async () => {
    const { fal, run } = await controlScene();
    const env = { ...fal.env, FAL_KEY: SANDBOX_KEY };
    const [one, other] = ['1', '2'].map((seed) => ['cat.png', '-p', 'snow', '--seed', seed, '--json']);
    const id = (await run(one ?? [], { env })).json<Doc>().request_id;
    const second = (await run(other ?? [], { env })).json<Doc>().request_id;
    for (const how of [{ env }, {}]) {
      const cancel = await run(['cancel', id, '--json'], how);
      expect([cancel.code, cancel.stderr]).toEqual([1, expect.stringContaining('is done.')]);
      expect(cancel.json<Several>()).toMatchObject({
        error: { charged: 'no' },
        requests: [{ sandbox: true, cancel: 'completed', charged: 'no', error: { charged: 'no' } }],
      });
      for (const argv of [
        ['cancel', id, second, '--json'],
        ['status', id, second, '--json'],
        ['requests', '--json'],
      ])
        expectNoCharge(await run(argv, how));
    }
  });
});

describe('batches', () => {
  test('no event, no row and no document says that one is charged', async () => {
    const { fal, run, text } = await batchScene(
      { 'rows.jsonl': ROWS },
      { historyDelayMs: 3_600_000, toxics: [{ type: 'reset_peer', on: 'submit', stream: 'downstream' }] },
    );
    const env = { ...fal.env, FAL_KEY: SANDBOX_KEY };
    const play = await run(['rows.jsonl', '-d', 'out', '--events'], { env });
    const again = await run(['rows.jsonl', '-d', 'out', '--json'], { env });
    expect([play.code, again.code]).toEqual([9, 9]);
    const lines = [...linesOf(play.stdout), ...linesOf(await text('out/results.jsonl')), again.stdout];
    const documents = lines.map((line) => JSON.parse(line) as unknown);
    expect(new Set(chargesIn(documents))).toEqual(new Set(['no']));
    const said = [...lines, play.stderr, again.stderr].join('\n');
    expect(said).toContain('may have been sent.');
    expect(said).not.toMatch(/may (?:be|have been) charged/);
  });

  test('a folder of the sandbox is none of fal: not run, not looked at, not frozen', async () => {
    const { run, write, cwd, text, fal } = await batchScene({ 'rows.jsonl': ROWS });
    const play = await run(['rows.jsonl', '-d', 'out', '--sandbox', '--events'], { env: QUICK });
    expect(play.code).toBe(0);
    const lines = linesOf(play.stdout).map((line) => JSON.parse(line) as Doc);
    expect(lines.every(({ sandbox: mark }) => mark)).toBe(true);
    for (const line of linesOf(await text('out/results.jsonl')))
      expect(JSON.parse(line)).toMatchObject({ sandbox: true });
    expect(JSON.parse(await text('out/summary.json'))).toMatchObject({
      sandbox: true,
      cost: { billed_usd: 0, would_be_usd: 0.15 },
    });
    expect(await text('out/report.html')).toContain('sandbox-banner');
    expect(play.stderr).toContain('sandbox: nothing charged (would be $0.15)');

    const codes = [];
    for (const flags of [[], ['--dry-run'], ['--frozen']]) {
      const { code, stderr } = await run(['rows.jsonl', '-d', 'out', ...flags]);
      expect(stderr).toContain("was made with the sandbox; its pictures are not fal's.");
      codes.push(code);
    }
    expect(codes).toEqual([2, 2, 10]);
    expect(
      (await run(['rows.jsonl', '-d', 'out', '--frozen', '--sandbox', '--json'])).json<Doc>(),
    ).toMatchObject({
      ...{ status: 'ok', sandbox: true },
    });
    expect(fal.ledger().accepted).toEqual([]);
    await write({ 'other.jsonl': jsonl({ image: 'c.png', prompt: 'fog' }) });
    expect((await run(['other.jsonl', '-d', 'real', '--no-report'])).code).toBe(0);
    const mixed = await run(['other.jsonl', '-d', 'real', '--sandbox'], { env: QUICK });
    expect([mixed.code, mixed.stderr]).toEqual([2, expect.stringContaining('was made with fal')]);
    expect((await readdir(cwd)).sort()).toContain('real');
  });

  test('has default folders of its own, so that dropping --sandbox just works', async () => {
    const { run, cwd } = await batchScene({ 'rows.jsonl': ROWS });
    expect((await run(['rows.jsonl', '--sandbox', '--no-report'], { env: QUICK })).code).toBe(0);
    expect((await run(['rows.jsonl', '--no-report'])).code).toBe(0);
    expect((await readdir(cwd)).filter((name) => name.endsWith('.out')).sort()).toEqual([
      ...['rows.out', 'rows.sandbox.out'],
    ]);
  });

  test('a refused manifest leaves the folder as it was', async () => {
    const { run, cwd, write } = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', promt: 'snow' }) });
    expect((await run(['rows.jsonl', '-d', 'deep/out', '--sandbox'], { env: QUICK })).code).toBe(2);
    expect(existsSync(path.join(cwd, 'deep'))).toBe(false);
    await write({ 'mine/notes.txt': 'mine' });
    expect((await run(['rows.jsonl', '-d', 'mine'])).code).toBe(2);
    expect(await readdir(path.join(cwd, 'mine'))).toEqual(['notes.txt']);
    // Nobody has claimed it.
    await write({ 'rows.jsonl': ROWS });
    expect((await run(['rows.jsonl', '-d', 'mine', '--no-report'])).code).toBe(0);
  });

  test('play counts in no cap of fal, and fal in none of play', async () => {
    const { run, fal } = await batchScene({ 'rows.jsonl': ROWS });
    const CAP = ['--daily-cap', '0.15', '--no-report'];
    const standalone = await sandbox({ queueMs: 0, inferenceMs: 0, renderPictures: false, runners: 9 });
    const env = { ...standalone.env, FAL_KEY: SANDBOX_KEY };
    for (const [index, where] of [env, fal.env, env].entries()) {
      const { code } = await run(['rows.jsonl', ...CAP, '-d', `out${index}`], { env: where });
      expect([index, code]).toEqual([index, index === 2 ? 8 : 0]);
    }
  });
});
