/* The edits of batches, for the commands about earlier edits: their ledgers lie in the folders of the batches. */
import { existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { quickly, until } from '../edit/harness.js';
import { lockOutDir } from '../../src/batch/folder/lock.js';
import { runCli, type CliResult } from '../support/run-cli.js';
import { batchScene, jsonl, linesOf, type BatchScene } from './batch/scene.js';
import type { Several } from './control-scene.js';

interface Scene extends BatchScene {
  fal_edit: (...argv: string[]) => Promise<CliResult>;
}

/** Two rows, in the folder `out`. */
async function batched(flags: string[] = [], code = 0): Promise<Scene> {
  const scene = await batchScene({
    'rows.jsonl': jsonl(
      { id: 'cat', image: 'a.png', prompt: 'snow' },
      { id: 'dog', image: 'b.png', prompt: 'rain' },
    ),
  });
  const result = await scene.batch('rows.jsonl', ...flags);
  expect(result.code, result.stderr).toBe(code);
  const fal_edit: Scene['fal_edit'] = (...argv) =>
    runCli(argv, { cwd: scene.cwd, env: scene.fal.env, context: { sleep: quickly } });
  return { ...scene, fal_edit };
}

const idsOf = ({ fal }: BatchScene): string[] => fal.ledger().accepted.map(({ request_id: id }) => id);

it('requests lists them with folder and row, newest first, together with single edits', async () => {
  const scene = await batched();
  expect((await scene.fal_edit('c.png', '-p', 'fog', '-o', 'fog.png')).code).toBe(0);
  const { requests, more } = (await scene.fal_edit('requests', '--json')).json<Several>();
  expect(requests.map(({ batch }) => batch)).toEqual([
    null,
    { out_dir: path.join(scene.cwd, 'out'), row: expect.stringMatching(/cat|dog/) as string },
    { out_dir: path.join(scene.cwd, 'out'), row: expect.stringMatching(/cat|dog/) as string },
  ]);
  expect(more).toBe(false);
  expect((await scene.fal_edit('requests', '--limit', '2', '--json')).json<Several>()).toMatchObject({
    more: true,
  });
  expect((await scene.fal_edit('requests')).stdout).toContain('(out, row cat)');
});

it('wait brings a row to its folder, as the batch would', async () => {
  const scene = await batched(['--submit-only']);
  const [first = ''] = idsOf(scene);
  const status = (await scene.fal_edit('status', first, '--json')).json<Several>();
  expect(status.requests[0]).toMatchObject({
    state: 'accepted',
    batch: { out_dir: path.join(scene.cwd, 'out') },
  });
  const all = await scene.fal_edit('wait', '--unfinished');
  expect(all.stderr).toContain(
    '2 rows are unfinished in out. Fetch them: fal-edit batch --collect --out-dir out',
  );

  const home = await scene.fal_edit('wait', first.slice(0, 8));
  expect([home.code, home.stderr, home.stdout]).toEqual([
    0,
    expect.anything(),
    expect.stringMatching(/^out\/[ab]\.edit\.png\n$/),
  ]);
  expect(existsSync(path.join(scene.cwd, home.stdout.trim()))).toBe(true);
  expect(linesOf(await scene.text('out/results.jsonl'))).toHaveLength(1);
  expect((await scene.fal_edit('result', first)).code).toBe(0);
  const collected = await scene.run(['--collect', '-d', 'out', '--no-report']);
  expect(collected.code, collected.stderr).toBe(0);
  expect(linesOf(await scene.text('out/results.jsonl'))).toHaveLength(2);
  expect(idsOf(scene)).toHaveLength(2);
});

it('a batch that runs is not interfered with', async () => {
  const scene = await batched(['--submit-only']);
  const [first = ''] = idsOf(scene);
  const lock = lockOutDir(path.join(scene.cwd, 'out'), { readOnly: false });
  const wait = await scene.fal_edit('wait', first);
  const cancel = await scene.fal_edit('cancel', first);
  const status = await scene.fal_edit('status', first);
  lock.release();
  expect([wait.code, wait.stderr]).toEqual([11, expect.stringContaining('The batch in out is running.')]);
  expect([cancel.code, status.code]).toEqual([11, 0]);
});

it('reconcile --all finds out about rows of all batches, and costs count each edit once', async () => {
  const scene = await batchScene({ 'rows.jsonl': jsonl({ id: 'cat', image: 'a.png', prompt: 'snow' }) });
  scene.fal.addToxic({ type: 'reset_peer', on: 'submit', stream: 'downstream', times: 1 });
  const lost = await scene.run(['rows.jsonl', '-d', 'out', '--no-report', '--settle', '10m'], {
    context: { fetch: blindToHistory() },
  });
  expect(lost.code, lost.stderr).toBe(9);
  const run = (...argv: string[]): Promise<CliResult> =>
    runCli(argv, { cwd: scene.cwd, env: scene.fal.env, context: { sleep: quickly } });
  expect((await run('reconcile')).stderr).toContain(
    '1 row in out may have been sent. Check: fal-edit reconcile --all',
  );
  const found = await run('reconcile', '--all');
  expect([found.code, found.stdout]).toEqual([0, expect.stringMatching(/^out\/a\.edit\.png\n$/)]);
  expect(found.stderr).toContain('In the batch folder out:');
  expect(idsOf(scene)).toHaveLength(1);
  expect((await run('costs', '--json')).json()).toMatchObject({ total: { edits: 1 } });
});

it('a folder that was moved counts once; of one that is gone the unfinished edits are told', async () => {
  const scene = await batched(['--submit-only']);
  const total = async (): Promise<unknown> =>
    (await scene.fal_edit('costs', '--json')).json<{ total: { edits: number } }>().total.edits;
  expect(await total()).toBe(2);
  await rename(path.join(scene.cwd, 'out'), path.join(scene.cwd, 'moved'));
  const lost = await scene.fal_edit('requests', '--json');
  expect([lost.code, lost.json<Several>().requests]).toEqual([0, []]);
  expect(lost.stderr).toContain('1 batch folder is gone or moved: out (2 unfinished).');
  expect((await scene.run(['--collect', '-d', 'moved', '--no-report'])).code).toBe(0);
  expect(await total()).toBe(2);
  await cp(path.join(scene.cwd, 'moved'), path.join(scene.cwd, 'copy'), { recursive: true });
  expect((await scene.run(['--collect', '-d', 'copy', '--no-report'])).code).toBe(0);
  expect((await scene.fal_edit('requests', '--json')).json<Several>().requests).toHaveLength(2);
  expect(await total()).toBe(2);
  await scene.write({ 'more.jsonl': jsonl({ image: 'c.png', prompt: 'fog' }) });
  const more = await scene.run(['more.jsonl', '-d', 'copy', '--no-report', '--yes']);
  expect([more.code, await total()], more.stderr).toEqual([0, 3]);
  // What it was copied from is gone: what they share is told by the copy.
  await rm(path.join(scene.cwd, 'moved'), { recursive: true });
  expect((await scene.run(['more.jsonl', '-d', 'copy', '--no-report'])).code).toBe(0);
  expect(await total()).toBe(3);
});

describe('what to do with a row is said by the command of its batch', () => {
  const COLLECT = 'fal-edit batch --collect --out-dir out';
  const BY_ID = /fal-edit (?:wait|reconcile) /;

  it('where nobody knows whether fal took it', async () => {
    const scene = await batchScene(
      { 'rows.jsonl': jsonl({ id: 'cat', image: 'a.png', prompt: 'snow' }) },
      { historyDelayMs: 1000 },
    );
    scene.fal.addToxic({ type: 'reset_peer', on: 'submit', stream: 'downstream', times: 1 });
    const lost = await scene.run(['rows.jsonl', '-d', 'out', '--no-report', '--settle', '10m', '--events'], {
      context: { fetch: blindToHistory() },
    });
    expect(lost.code, lost.stderr).toBe(9);
    expect(lost.stdout).toContain('Run the batch again: it asks fal first');
    expect(`${lost.stdout}${lost.stderr}`).not.toMatch(BY_ID);
    const run = (argv: readonly string[], fetch?: ReturnType<typeof blindToHistory>): Promise<CliResult> =>
      runCli(argv, {
        cwd: scene.cwd,
        env: scene.fal.env,
        context: { sleep: quickly, ...(fetch === undefined ? {} : { fetch }) },
      });
    const { requests } = (await run(['requests', '--json'])).json<Several>();
    const job = String(requests[0]?.['job']);
    for (const command of ['status', 'wait', 'result', 'cancel']) {
      const { stderr } = await run([command, job]);
      expect([command, stderr]).toEqual([command, expect.stringContaining(`Check: ${COLLECT}`)]);
      expect(stderr).not.toMatch(BY_ID);
    }
    const doubt = await run(['reconcile', job, '--timeout', '1s', '--json'], blindToHistory());
    expect(doubt.stderr).not.toMatch(BY_ID);
    // What it says finds out.
    await until(() => scene.fal.ledger().accepted[0]?.state === 'completed');
    await sleep(1100);
    expect((await run([...COLLECT.split(' ').slice(1), '--no-report', '--settle', '0'])).code).toBe(0);
    expect(await scene.text('out/results.jsonl')).toContain('"state":"done"');
  });

  it('where fal has it', async () => {
    const scene = await batched(['--submit-only']);
    await until(() => scene.fal.ledger().accepted.every(({ state }) => state === 'completed'));
    const [first = ''] = idsOf(scene);
    const fetch = `Fetch it at no extra cost: ${COLLECT}`;
    const expectFetch = async (...argv: string[]): Promise<void> => {
      const { stderr } = await scene.fal_edit(...argv);
      expect([argv[0], stderr]).toEqual([argv[0], expect.stringContaining(fetch)]);
      expect(stderr).not.toMatch(BY_ID);
    };
    await expectFetch('status', first);
    await expectFetch('cancel', first);
    await expectFetch('reconcile', first);
    scene.fal.addToxic({ type: 'timeout', on: 'file' });
    await expectFetch('wait', first, '--timeout', '1s');
  });
});

/** fal's history cannot be read in the run that loses the answer. */
function blindToHistory(): typeof import('../../src/light-fetch.js').lightFetch {
  return async (url, init) => {
    const { lightFetch } = await import('../../src/light-fetch.js');
    const target = init?.headers?.['x-fal-target-url'] ?? url;
    if (target.includes('/requests/by-endpoint')) throw new TypeError('fetch failed');
    return lightFetch(url, init);
  };
}
