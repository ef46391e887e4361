/* Signals to the built program: how it leaves, what it says, what fal is told, what stays on the disk. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { folderWithPhoto, inState, leftIn, seen, until } from '../edit/harness.js';
import { sandbox } from '../support/sandbox.js';
import { start, type Spawned } from './spawned.js';

async function editing(env: Record<string, string>): Promise<Spawned & { cwd: string }> {
  const cwd = await folderWithPhoto();
  return { cwd, ...start(['cat.png', '-p', 'a watercolor', '-o', 'out.png'], { cwd, env }) };
}

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (signal, code) => {
  test('while it is queued: cancelled at fal, the request named', async () => {
    const fal = await sandbox({ queueMs: 30_000 });
    const edit = await editing(fal.env);
    await edit.said(/^queued/m);
    edit.process.kill(signal);
    const { stdout, stderr, ...left } = await edit.ended;
    expect({ code: left.code, signal: left.signal, stdout }).toEqual({ code, signal: null, stdout: '' });
    const [accepted] = fal.ledger().accepted;
    expect(stderr).toContain(`error: Interrupted. fal was asked to cancel request ${accepted!.request_id}`);
    expect(stderr).toMatch(/^charged: maybe$/m);
    expect([accepted!.state, fal.ledger().charges]).toEqual(['cancelled', 0]);
    expect(await leftIn(edit.cwd)).toEqual([]);
  });

  test('while it runs: fal is asked to cancel', async () => {
    const fal = await sandbox({ inferenceMs: 30_000 });
    const edit = await editing(fal.env);
    await edit.said(/^running/m);
    edit.process.kill(signal);
    expect(await edit.ended).toMatchObject({ code, signal: null, stdout: '' });
    expect(fal.ledger().requests.by_role.cancel).toBe(1);
    expect(inState(fal, 'failed')()).toBe(true);
    expect(await leftIn(edit.cwd)).toEqual([]);
  });

  test('a second one does not wait for a cancel that hangs', async () => {
    const fal = await sandbox({ queueMs: 30_000, toxics: [{ type: 'timeout', on: 'cancel' }] });
    const edit = await editing(fal.env);
    await edit.said(/^queued/m);
    edit.process.kill(signal);
    await until(seen(fal, 'cancel'));
    edit.process.kill(signal);
    const { stderr, ...left } = await edit.ended;
    expect(left).toMatchObject({ code, signal: null });
    // An end in order would have told of the cancel.
    expect(stderr).not.toContain('Interrupted');
  });
});

test('SIGINT before anything was sent: nothing is charged', async () => {
  const fal = await sandbox({ toxics: [{ type: 'timeout', on: 'initiate' }] });
  const edit = await editing(fal.env);
  await until(seen(fal, 'initiate'));
  edit.process.kill('SIGINT');
  const { code, stderr } = await edit.ended;
  expect(code).toBe(130);
  expect(stderr).toContain('Nothing was sent, nothing is charged.');
  expect(fal.ledger().accepted).toEqual([]);
});

test('SIGKILL while the picture is fetched: nothing of it under its name', async () => {
  const fal = await sandbox({ toxics: [{ type: 'bandwidth', on: 'file', rate: 1 }] });
  const edit = await editing(fal.env);
  await until(seen(fal, 'file'));
  edit.process.kill('SIGKILL');
  expect(await edit.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect(await leftIn(edit.cwd)).toEqual([]);
});

test.each([0, 2, 5, 10, 20])(
  'SIGKILL %i ms after it says that it fetches: the file is whole or absent',
  async (ms) => {
    const fal = await sandbox();
    const edit = await editing(fal.env);
    await edit.said(/^fetching/m);
    await sleep(ms);
    edit.process.kill('SIGKILL');
    await edit.ended;
    const found = (await leftIn(edit.cwd)).filter((name) => !name.endsWith('.part'));
    for (const name of found) {
      expect(name).toBe('out.png');
      expect((await readFile(path.join(edit.cwd, name))).subarray(-8, -4).toString()).toBe('IEND');
    }
  },
);
