/* A batch whose terminal closes, or whose output nobody reads any more: it loses nothing and pays for nothing twice. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { until } from '../edit/harness.js';
import {
  acceptedByPrompt,
  batchFolder,
  resultsIn,
  summaryIn,
  type BatchFolder,
} from '../torture/batch-folder.js';
import { BIN, shell, spawned, type Spawned } from './spawned.js';

const PROMPTS = ['snow', 'rain', 'fog', 'hail'];
const FLAGS = ['--settle', '0s', '--no-report', '--yes'];

const environmentOf = ({ fal }: BatchFolder): Record<string, string> => ({
  FAL_PROXY_URL: fal.proxyUrl,
  FAL_KEY: 'test-id:test-secret',
});

/** Starts the batch from a line of bash, in which it is `"$@"`. */
function startedBy(line: string, place: BatchFolder): Spawned {
  const batch = ['batch', 'rows.jsonl', '--out-dir', 'out', ...FLAGS].join(' ');
  return spawned('/bin/bash', ['-c', `set -- "$NODE" "$BIN" ${batch}; ${line}`], {
    cwd: place.cwd,
    env: { ...environmentOf(place), NODE: process.execPath, BIN },
  });
}

const isRunning = ({ fal }: BatchFolder) =>
  until(() => fal.ledger().accepted.some(({ state }) => state === 'running'));

async function expectAllDone({ fal, cwd }: BatchFolder): Promise<void> {
  expect(acceptedByPrompt(fal)).toEqual(new Map(PROMPTS.map((prompt) => [prompt, 1])));
  expect(await summaryIn(cwd)).toMatchObject({ status: 'ok', states: { done: PROMPTS.length } });
  expect((await resultsIn(cwd)).map(({ state }) => state)).toEqual(PROMPTS.map(() => 'done'));
}

test.each([
  ['started by nohup', 'nohup "$@" & echo "pid $!" >&2; wait $!'],
  ['output to nohup.out', '"$@" > nohup.out & echo "pid $!" >&2; wait $!'],
])('a terminal that closes does not end it: %s', async (_, line) => {
  const place = await batchFolder(PROMPTS, { inferenceMs: 500, runners: 2 });
  const batch = startedBy(line, place);
  await isRunning(place);
  const [, pid] = /^pid (\d+)$/m.exec(batch.stderr()) ?? [];
  process.kill(Number(pid), 'SIGHUP');
  const { code, signal, stderr } = await batch.ended;
  expect({ code, signal }, stderr).toEqual({ code: 0, signal: null });
  expect(seenCancel(place)).toBe(false);
  await expectAllDone(place);
});

test('a terminal that closes ends it as 129: the same command pays only for what was not sent', async () => {
  const place = await batchFolder(PROMPTS, { inferenceMs: 500, runners: 4 });
  const batch = startedBy('exec "$@"', place);
  await isRunning(place);
  batch.process.kill('SIGHUP');
  const { code, signal, stdout, stderr } = await batch.ended;
  expect({ code, signal, stdout }).toEqual({ code: 129, signal: null, stdout: '' });
  expect(stderr).toMatch(/^error: Interrupted\. \d of 4 rows are done; /m);
  const again = await place.run(...FLAGS);
  expect(again.code, again.stderr).toBe(0);
  await expectAllDone(place);
});

test.skipIf(!existsSync('/usr/bin/script'))(
  'a terminal that goes away with its output: nothing is left running, and nothing is paid for twice',
  async () => {
    const place = await batchFolder(PROMPTS, { inferenceMs: 500, runners: 4 });
    const terminal = startedBy(`exec script -qc "$*" /dev/null`, place);
    await isRunning(place);
    terminal.process.kill('SIGKILL');
    await expect
      .poll(() => summaryIn(place.cwd).catch(() => null), { timeout: 10_000 })
      .toMatchObject({
        status: 'interrupted',
        exit_code: 129,
      });
    const again = await place.run(...FLAGS);
    expect(again.code, again.stderr).toBe(0);
    await expectAllDone(place);
  },
);

test.each(['--events', '--json', '--verbose'])(
  '%s into a pipe that is closed: all rows are done',
  async (flag) => {
    const place = await batchFolder(PROMPTS, { inferenceMs: 200, runners: 2 });
    const options = { cwd: place.cwd, env: environmentOf(place) };
    const line = `fal-edit batch rows.jsonl --out-dir out ${FLAGS.join(' ')} ${flag} 2>&1 | head -1`;
    const { code, stdout, stderr } = await shell(line, options);
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    await expectAllDone(place);
  },
);

test.each(['stdout', 'stderr'] as const)(
  'nobody reads %s any more: the batch ends quietly',
  async (stream) => {
    const place = await batchFolder([...PROMPTS, 'storm [sandbox:fail]'], { inferenceMs: 200, runners: 2 });
    const batch = place.start(...FLAGS, '--events', '--verbose');
    await isRunning(place);
    batch.process[stream]?.destroy();
    const { code, signal, stderr } = await batch.ended;
    // A row failed, which is all that went wrong.
    expect([code, signal], stderr).toEqual([3, null]);
    expect(stderr).not.toMatch(/EPIPE|\bat .*:\d+/);
    expect((await summaryIn(place.cwd)).states).toMatchObject({ done: 4, failed: 1 });
  },
);

function seenCancel({ fal }: BatchFolder): boolean {
  return (fal.ledger().requests.by_role.cancel ?? 0) > 0;
}
