/* An edit that was cut short, and the same command again: it goes on with the edit that is paid for. */
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEAD, jobsIn, onlyJobIn, openLedgerIn, stateIn } from '../support/ledger.js';
import { runCli } from '../support/run-cli.js';
import { sandbox, type TestSandbox } from '../support/sandbox.js';
import {
  editCat,
  editCatByLibrary,
  folderWithPhoto,
  inState,
  leftIn,
  quickly,
  seen,
  until,
} from './harness.js';
import { cutOff, NO_FILE, NO_RESULT, seenBy, statesIn } from './lost.js';

async function sha256Of(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** The edit that was accepted first is home, whole, and is the only one. */
async function expectHome(fal: TestSandbox, again: Awaited<ReturnType<typeof editCat>>): Promise<void> {
  const { code, document, cwd, stderr } = again;
  const { request_id: id, input } = fal.ledger().accepted[0]!;
  expect([code, document.request_id, seenBy(fal)], stderr).toEqual([0, id, { accepted: 1, posts: 1 }]);
  expect(stderr).toContain(`resuming request ${id}`);
  expect(document.seed).toBe((input as { seed: number }).seed);
  expect(await leftIn(cwd)).toEqual(['out.png']);
  const job = await onlyJobIn(stateIn(cwd));
  expect(job).toMatchObject({ state: 'saved', charged: 'yes', requestId: id, owner: undefined });
  const file = path.join(cwd, 'out.png');
  expect(job.images).toMatchObject([{ path: file, sha256: await sha256Of(file), width: 96, height: 64 }]);
}

describe('the same command again finishes', () => {
  test('what the deadline left in the queue', async () => {
    const { fal, cwd } = await cutOff({ queueMs: 800 });
    await expectHome(fal, await editCat({ env: fal.env, cwd }));
  });

  test('what the deadline left running', async () => {
    const { fal, cwd } = await cutOff({ inferenceMs: 800 });
    await expectHome(fal, await editCat({ env: fal.env, cwd }));
  });

  test('what Ctrl-C left running', async () => {
    const fal = await sandbox({ inferenceMs: 500 });
    const stop = new AbortController();
    const cwd = await folderWithPhoto();
    const running = editCat({ env: fal.env, cwd, interrupt: stop.signal });
    await until(() => seen(fal, 'stream')() && inState(fal, 'running')());
    stop.abort();
    expect((await running).code).toBe(130);
    await expectHome(fal, await editCat({ env: fal.env, cwd }));
  });

  test('what could not be downloaded, without asking fal for the result again', async () => {
    const fal = await sandbox({ toxics: [NO_FILE] });
    const { code, cwd } = await editCat({ env: fal.env });
    expect(code).toBe(7);
    fal.clearToxics();
    const before = fal.ledger().requests.by_role;
    await expectHome(fal, await editCat({ env: fal.env, cwd }));
    const { stream, status, result, file } = fal.ledger().requests.by_role;
    expect([stream, status, result]).toEqual([before.stream, before.status, before.result]);
    expect(file).toBe(before.file! + 1);
  });

  test('what could not be written', async () => {
    const fal = await sandbox();
    const cwd = await folderWithPhoto();
    const flags = ['-o', 'sub/out.png'];
    const folder = path.join(cwd, 'sub');
    fal.addToxic({ type: 'pause', on: 'file', name: 'fetching' });
    const running = editCat({ env: fal.env, cwd }, ...flags);
    await fal.reached('fetching');
    await writeFile(folder, '');
    fal.release('fetching');
    const { code, document } = await running;
    expect([code, document.error?.kind, document.error?.charged]).toEqual([1, 'failed', 'yes']);
    expect((await onlyJobIn(stateIn(cwd))).state).toBe('completed');
    await rm(folder);
    const again = await editCat({ env: fal.env, cwd }, ...flags);
    expect([again.code, again.document.images[0]!.path, seenBy(fal).accepted]).toEqual([0, 'sub/out.png', 1]);
    expect((await onlyJobIn(stateIn(cwd))).state).toBe('saved');
  });

  test('what the library left, and the other way round', async () => {
    const fal = await sandbox({ toxics: [NO_RESULT] });
    const cwd = await folderWithPhoto();
    const call = { context: { cwd }, timeoutMs: 500 };
    expect((await editCatByLibrary(fal.env, call))?.kind).toBe('temporary');
    expect((await editCatByLibrary(fal.env, call))?.kind).toBe('temporary');
    fal.clearToxics();
    await expectHome(fal, await editCat({ env: fal.env, cwd }));
  });

  test('however often it is cut short', async () => {
    const { fal, cwd } = await cutOff();
    for (const toxic of [NO_RESULT, { ...NO_FILE, code: 503 }, NO_FILE]) {
      fal.addToxic(toxic);
      expect((await editCat({ env: fal.env, cwd }, '--timeout', '500ms')).code).toBe(7);
      fal.clearToxics();
    }
    await expectHome(fal, await editCat({ env: fal.env, cwd }));
  });

  test('for a stream as for a file', async () => {
    const fal = await sandbox({ toxics: [NO_RESULT] });
    const cwd = await folderWithPhoto();
    const run = (...flags: string[]) =>
      runCli(['cat.png', '-p', 'x', '-o', '-', ...flags], { cwd, env: fal.env, context: { sleep: quickly } });
    expect((await run('--timeout', '500ms')).code).toBe(7);
    fal.clearToxics();
    const { code, stdoutBytes } = await run();
    expect([code, seenBy(fal).accepted]).toEqual([0, 1]);
    expect(stdoutBytes.subarray(1, 4).toString()).toBe('PNG');
    expect(await statesIn(cwd)).toEqual(['saved']);
    expect(await leftIn(cwd)).toEqual([]);
  });
});

describe('a run that died', () => {
  /** Who the dying run was: nobody by that number is there. */
  const context = { self: DEAD };

  test('after the acceptance: the same command goes on', async () => {
    const { fal, cwd } = await cutOff();
    const ledger = await openLedgerIn(stateIn(cwd));
    const { id } = await onlyJobIn(stateIn(cwd));
    ledger.own(id);
    expect(ledger.mustFind(id).owner).toEqual(DEAD);
    await expectHome(fal, await editCat({ env: fal.env, cwd }));
  });

  test('while it fetched one of two pictures: only the other is fetched', async () => {
    const two = ['--num-images', '2', '-o', 'sub/'];
    const fal = await sandbox({ toxics: [{ type: 'status', on: 'file', code: 404, after: 1 }] });
    const { code, cwd, document } = await editCat({ env: fal.env }, ...two);
    const first = document.images.find(({ path: file }) => file !== null)!.path!;
    const { file = 0 } = fal.ledger().requests.by_role;
    const ledger = await openLedgerIn(stateIn(cwd));
    ledger.own((await onlyJobIn(stateIn(cwd))).id);
    fal.clearToxics();
    const again = await editCat({ env: fal.env, cwd }, ...two);
    expect([code, again.code, fal.ledger().accepted.length]).toEqual([7, 0, 1]);
    expect(fal.ledger().requests.by_role.file).toBe(file + 1);
    const files = again.document.images.map(({ path: one }) => one);
    expect([new Set(files).size, files.includes(first)]).toEqual([2, true]);
    expect((await leftIn(path.join(cwd, 'sub'))).map((name) => path.join('sub', name))).toEqual(files.sort());
  });

  test('between intent and answer: nothing is sent, and reconcile is named', async () => {
    const fal = await sandbox({
      toxics: [{ type: 'pause', on: 'submit', name: 'sent', stream: 'upstream' }],
    });
    const cwd = await folderWithPhoto();
    const dying = editCat({ env: fal.env, cwd, context });
    await fal.reached('sent');
    const { id, state } = await onlyJobIn(stateIn(cwd));
    expect(state).toBe('intent');
    const again = await editCat({ env: fal.env, cwd });
    expect([again.code, again.document.error?.kind, again.document.error?.charged]).toEqual([
      9,
      'unknown',
      'maybe',
    ]);
    expect(again.document.error?.hint).toContain(`fal-edit reconcile ${id}`);
    expect(seenBy(fal)).toEqual({ accepted: 0, posts: 1 });
    // It was only very slow: nobody has taken its edit away from it.
    fal.release('sent');
    expect((await dying).code).toBe(0);
    expect(seenBy(fal)).toEqual({ accepted: 1, posts: 1 });
  });

  test('before the intent: nothing was sent, and one is', async () => {
    const fal = await sandbox({ toxics: [{ type: 'pause', on: 'initiate', name: 'uploading', nth: 1 }] });
    const cwd = await folderWithPhoto();
    const stop = new AbortController();
    const dying = editCat({ env: fal.env, cwd, context, interrupt: stop.signal });
    await fal.reached('uploading');
    expect(await statesIn(cwd)).toEqual(['planned']);
    const again = await editCat({ env: fal.env, cwd });
    expect([again.code, seenBy(fal)]).toEqual([0, { accepted: 1, posts: 1 }]);
    stop.abort();
    expect((await dying).code).toBe(130);
  });

  test('that was only frozen, and comes back: one edit, one file, both runs are right', async () => {
    const fal = await sandbox({ toxics: [{ type: 'pause', on: 'result', name: 'frozen', nth: 1 }] });
    const cwd = await folderWithPhoto();
    const frozen = editCat({ env: fal.env, cwd, context });
    await fal.reached('frozen');
    const quicker = await editCat({ env: fal.env, cwd });
    await expectHome(fal, quicker);
    fal.release('frozen');
    const late = await frozen;
    expect([late.code, late.document.images[0]!.path, late.document.request_id]).toEqual([
      0,
      'out.png',
      quicker.document.request_id,
    ]);
    expect(late.document.warnings).toEqual([]);
    expect([seenBy(fal).accepted, await leftIn(cwd)]).toEqual([1, ['out.png']]);
  });
});

test('a picture that was deleted or changed before all were there', async () => {
  const two = ['--num-images', '2', '-o', 'sub/'];
  const fal = await sandbox({ toxics: [{ type: 'status', on: 'file', code: 404, after: 1 }] });
  const { cwd, document } = await editCat({ env: fal.env }, ...two);
  const saved = path.join(cwd, document.images.find(({ path: file }) => file !== null)!.path!);
  await writeFile(saved, 'mine');
  fal.clearToxics();
  const again = await editCat({ env: fal.env, cwd }, ...two);
  const files = again.document.images.map(({ path: file }) => file!);
  expect([again.code, fal.ledger().accepted.length, new Set(files).size]).toEqual([0, 1, 2]);
  // What is there now is not ours to touch; the picture has another name.
  expect(await readFile(saved, 'utf8')).toBe('mine');
  expect(files).not.toContain(path.relative(cwd, saved));
  const [job] = await jobsIn(stateIn(cwd));
  expect(job!.state).toBe('saved');
  for (const { path: file, sha256 } of job!.images) expect(await sha256Of(file!)).toBe(sha256);
});
