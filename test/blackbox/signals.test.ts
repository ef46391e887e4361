/* Signals to the built program: how it leaves, what it says, what fal is told, what stays on the disk. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { folderWithPhoto, leftIn, seen, until } from '../edit/harness.js';
import { sandbox } from '../support/sandbox.js';
import { builtStateIn, onlyJobIn } from '../support/ledger.js';
import type { TempDirOptions } from '../support/temp-dir.js';
import { BIN, run, spawned, start, type Spawned } from './spawned.js';

const EDIT = ['cat.png', '-p', 'watercolor', '-o', 'out.png'];

async function editing(
  env: Record<string, string>,
  options?: TempDirOptions,
): Promise<Spawned & { cwd: string }> {
  const cwd = await folderWithPhoto(options);
  return { cwd, ...start(EDIT, { cwd, env }) };
}

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s', (signal, code) => {
  test('while it is queued: cancelled at fal, and nothing is charged', async () => {
    const fal = await sandbox({ queueMs: 30_000 });
    const edit = await editing(fal.env);
    await edit.said(/^queued/m);
    edit.process.kill(signal);
    const { stdout, stderr, ...left } = await edit.ended;
    expect({ code: left.code, signal: left.signal, stdout }).toEqual({ code, signal: null, stdout: '' });
    const [accepted] = fal.ledger().accepted;
    expect(stderr).toContain(`error: Interrupted. Request ${accepted!.request_id} was cancelled at fal`);
    expect(stderr).not.toMatch(/^charged: (maybe|yes)$/m);
    expect([accepted!.state, fal.ledger().charges]).toEqual(['cancelled', 0]);
    expect(await onlyJobIn(builtStateIn(edit.cwd))).toMatchObject({ state: 'cancelled', charged: 'no' });
    expect(await leftIn(edit.cwd)).toEqual([]);
  });

  test('while it runs: it is left to run, and the same command brings it home', async () => {
    const fal = await sandbox({ inferenceMs: 2500 });
    const edit = await editing(fal.env);
    await edit.said(/^running/m);
    edit.process.kill(signal);
    const { stderr, ...left } = await edit.ended;
    expect(left).toMatchObject({ code, signal: null, stdout: '' });
    const { request_id: id, state } = fal.ledger().accepted[0]!;
    expect([state, seen(fal, 'cancel')()]).toEqual(['running', false]);
    expect(stderr).toContain(`fal-edit wait ${id}`);
    expect(stderr).toMatch(/^charged: maybe$/m);
    expect(await leftIn(edit.cwd)).toEqual([]);
    expect(await run(EDIT, { cwd: edit.cwd, env: fal.env })).toMatchObject({ code: 0, stdout: 'out.png\n' });
    expect(fal.ledger().accepted.map(({ request_id }) => request_id)).toEqual([id]);
  });

  test('a second one leaves at once, and loses nothing', async () => {
    // The cancel never gets to fal: the edit goes on there.
    const hang = { type: 'timeout', on: 'cancel', stream: 'upstream' } as const;
    const fal = await sandbox({ queueMs: 2500, toxics: [hang] });
    const edit = await editing(fal.env);
    await edit.said(/^queued/m);
    edit.process.kill(signal);
    await until(seen(fal, 'cancel'));
    edit.process.kill(signal);
    const { stderr, ...left } = await edit.ended;
    expect(left).toMatchObject({ code, signal: null });
    // An end in order would have told of the cancel.
    expect(stderr).not.toContain('Interrupted');
    const { request_id: id } = fal.ledger().accepted[0]!;
    expect(await onlyJobIn(builtStateIn(edit.cwd))).toMatchObject({
      state: 'accepted',
      requestId: id,
      charged: 'maybe',
      owner: { pid: edit.process.pid },
    });
    const again = await run(EDIT, { cwd: edit.cwd, env: fal.env });
    expect(again).toMatchObject({ code: 0, stdout: 'out.png\n' });
    expect(again.stderr).toContain(`resuming request ${id}`);
    expect(fal.ledger().accepted).toHaveLength(1);
  });
});

/** Node is told the program's place, since bash is to start it under other circumstances. */
async function editingIn(bash: string, env: Record<string, string>): Promise<Spawned & { cwd: string }> {
  const cwd = await folderWithPhoto();
  const line = `set -- ${EDIT.map((word) => `'${word}'`).join(' ')}; ${bash}`;
  return {
    cwd,
    ...spawned('/bin/bash', ['-c', line], { cwd, env: { ...env, NODE: process.execPath, BIN } }),
  };
}

test.each([
  ['started by nohup', 'nohup "$NODE" "$BIN" "$@"'],
  ['stdin as nohup leaves it', '"$NODE" "$BIN" "$@" 0> /dev/null'],
])('a terminal that closes does not end it: %s', async (_, command) => {
  const fal = await sandbox({ inferenceMs: 700 });
  const edit = await editingIn(`${command} & echo "pid $!" >&2; wait $!`, fal.env);
  await edit.said(/^running/m);
  const [, pid] = /^pid (\d+)$/m.exec(edit.stderr()) ?? [];
  process.kill(Number(pid), 'SIGHUP');
  expect(await edit.ended).toMatchObject({ code: 0, signal: null, stdout: 'out.png\n' });
  expect(seen(fal, 'cancel')()).toBe(false);
});

test('a terminal that closes does not end it: output to nohup.out', async () => {
  const fal = await sandbox({ inferenceMs: 700 });
  const edit = await editingIn('exec "$NODE" "$BIN" "$@" > nohup.out', fal.env);
  await edit.said(/^running/m);
  edit.process.kill('SIGHUP');
  expect(await edit.ended).toMatchObject({ code: 0, signal: null });
  expect(await readFile(path.join(edit.cwd, 'nohup.out'), 'utf8')).toBe('out.png\n');
});

test.skipIf(!existsSync('/usr/bin/script'))(
  'a terminal that closes: what is queued is cancelled at fal',
  async () => {
    const fal = await sandbox({ queueMs: 30_000 });
    const edit = await editingIn(`exec script -qc "'$NODE' '$BIN' $*" /dev/null`, fal.env);
    await until(() => fal.ledger().accepted.length > 0);
    edit.process.kill('SIGKILL');
    await until(() => fal.ledger().accepted[0]?.state === 'cancelled');
    const job = () => onlyJobIn(builtStateIn(edit.cwd));
    await expect.poll(job, { timeout: 5000 }).toMatchObject({ state: 'cancelled', charged: 'no' });
  },
);

test('the deadline, and then the same command again: it finishes for nothing', async () => {
  const fal = await sandbox({ inferenceMs: 2500 });
  const cwd = await folderWithPhoto();
  const late = await run([...EDIT, '--timeout', '1s'], { cwd, env: fal.env });
  const { request_id: id } = fal.ledger().accepted[0]!;
  expect(late).toMatchObject({ code: 7, stdout: '' });
  expect(late.stderr).toContain(`fal-edit wait ${id}`);
  const again = await run(EDIT, { cwd, env: fal.env });
  expect(again).toMatchObject({ code: 0, stdout: 'out.png\n' });
  expect(again.stderr).toContain(`resuming request ${id}`);
  expect([fal.ledger().accepted.length, seen(fal, 'cancel')()]).toEqual([1, false]);
  expect(await leftIn(cwd)).toEqual(['out.png']);
});

test.each(['stdout', 'stderr'] as const)(
  'nobody reads %s any more: the edit ends quietly',
  async (stream) => {
    const fal = await sandbox({ inferenceMs: 300 });
    const edit = await editing(fal.env);
    await edit.said(/^request /m);
    edit.process[stream]!.destroy();
    const { code, signal, stderr } = await edit.ended;
    expect([code, signal]).toEqual([0, null]);
    expect(stderr).not.toMatch(/EPIPE|error|\bat .*:\d+/);
    expect(await leftIn(edit.cwd)).toEqual(['out.png']);
    expect(await onlyJobIn(builtStateIn(edit.cwd))).toMatchObject({ state: 'saved' });
  },
);

test('SIGINT before anything was sent: nothing is charged', async () => {
  const fal = await sandbox({ toxics: [{ type: 'timeout', on: 'initiate' }] });
  const edit = await editing(fal.env);
  await until(seen(fal, 'initiate'));
  edit.process.kill('SIGINT');
  const { code, stderr } = await edit.ended;
  expect(code).toBe(130);
  expect(stderr).toContain('Nothing was sent, and nothing is charged.');
  expect(fal.ledger().accepted).toEqual([]);
});

test('SIGKILL while the picture is fetched: nothing of it under its name', async () => {
  const fal = await sandbox({ toxics: [{ type: 'bandwidth', on: 'file', rate: 1 }] });
  const edit = await editing(fal.env, { killed: true });
  await until(seen(fal, 'file'));
  edit.process.kill('SIGKILL');
  expect(await edit.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect(await leftIn(edit.cwd)).toEqual([]);
  fal.clearToxics();
  expect(await run(EDIT, { cwd: edit.cwd, env: fal.env })).toMatchObject({ code: 0 });
  expect([fal.ledger().accepted.length, await leftIn(edit.cwd)]).toEqual([1, ['out.png']]);
});

/** Without what begins with a dot: what a person sees. */
const visibleIn = async (folder: string): Promise<string[]> =>
  (await leftIn(folder)).filter((name) => !name.startsWith('.'));

test.each([0, 2, 5, 10, 20])(
  'SIGKILL %i ms after it says that it fetches: the file is whole or absent',
  async (ms) => {
    const fal = await sandbox();
    const edit = await editing(fal.env, { killed: true });
    await edit.said(/^fetching/m);
    await sleep(ms);
    edit.process.kill('SIGKILL');
    await edit.ended;
    const found = await visibleIn(edit.cwd);
    for (const name of found) {
      expect(name).toBe('out.png');
      expect((await readFile(path.join(edit.cwd, name))).subarray(-8, -4).toString()).toBe('IEND');
    }
    // The same command goes on with it, and tidies up; only where all of it was done the name is simply taken.
    const again = await run(EDIT, { cwd: edit.cwd, env: fal.env });
    expect(found.length === 0 ? [0] : [0, 2], again.stderr).toContain(again.code);
    expect([fal.ledger().accepted.length, await visibleIn(edit.cwd)]).toEqual([1, ['out.png']]);
    if (again.code === 0) expect(await leftIn(edit.cwd)).toEqual(['out.png']);
  },
);
