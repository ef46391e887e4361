/* The same command several times at once: one edit is paid for, and all of them print the same paths. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { DEAD, jobsIn, onlyJobIn, stateIn } from '../support/ledger.js';
import { runCli } from '../support/run-cli.js';
import { sandbox } from '../support/sandbox.js';
import { editCat, editCatByLibrary, folderWithPhoto, leftIn, quickly } from './harness.js';
import { seenBy, statesIn } from './lost.js';

const MANY = [1, 2, 3, 4, 5];

/** A run, and when it has said that it waits for another one. */
function waiter(options: Parameters<typeof editCat>[0], ...flags: string[]) {
  const stderr = new PassThrough();
  const heard = new Promise<void>((resolve) => {
    stderr.on('data', (text: Buffer) => {
      if (text.toString().includes(`process ${process.pid} is running this same edit`)) resolve();
    });
  });
  return { heard, run: editCat({ ...options, context: { stderr } }, ...flags) };
}

/** A first run that is held where that toxic says, and others of the same command that wait for it. */
async function held(on: 'initiate' | 'submit' | 'result' | 'file', ...flags: string[]) {
  const fal = await sandbox({ toxics: [{ type: 'pause', on, name: 'held', nth: 1, stream: 'upstream' }] });
  const cwd = await folderWithPhoto();
  const first = editCat({ env: fal.env, cwd }, ...flags);
  await fal.reached('held');
  const waiting = [1, 2].map(() => waiter({ env: fal.env, cwd }, ...flags));
  await Promise.all(waiting.map(({ heard }) => heard));
  return { fal, cwd, first, waiting: waiting.map(({ run }) => run) };
}

test('all at once: one is accepted', async () => {
  const fal = await sandbox({ inferenceMs: 100 });
  const cwd = await folderWithPhoto();
  const all = await Promise.all(MANY.map(() => editCat({ env: fal.env, cwd })));
  for (const { code, document, stderr } of all) {
    expect([code, document.images[0]?.path], stderr).toEqual([0, 'out.png']);
    expect(document).toMatchObject({
      status: 'ok',
      state: 'saved',
      request_id: fal.ledger().accepted[0]!.request_id,
    });
  }
  expect([seenBy(fal), await leftIn(cwd), await statesIn(cwd)]).toEqual([
    { accepted: 1, posts: 1 },
    ['out.png'],
    ['saved'],
  ]);
});

test('with a name that is numbered when taken', async () => {
  const fal = await sandbox({ inferenceMs: 100 });
  const cwd = await folderWithPhoto();
  const run = () => runCli(['cat.png', '-p', 'x'], { cwd, env: fal.env, context: { sleep: quickly } });
  const all = await Promise.all(MANY.map(run));
  expect(all.map(({ code, stdout }) => [code, stdout])).toEqual(MANY.map(() => [0, 'cat.edit.png\n']));
  expect([seenBy(fal).accepted, await leftIn(cwd)]).toEqual([1, ['cat.edit.png']]);
});

test('for streams: each has the bytes', async () => {
  const fal = await sandbox({ inferenceMs: 100 });
  const cwd = await folderWithPhoto();
  const run = () =>
    runCli(['cat.png', '-p', 'x', '-o', '-'], { cwd, env: fal.env, context: { sleep: quickly } });
  const all = await Promise.all(MANY.map(run));
  const [one] = all;
  expect(one!.stdoutBytes.subarray(1, 4).toString()).toBe('PNG');
  for (const { code, stdoutBytes } of all)
    expect([code, stdoutBytes.equals(one!.stdoutBytes)]).toEqual([0, true]);
  expect(seenBy(fal).accepted).toBe(1);
});

test('by the library', async () => {
  const fal = await sandbox({ inferenceMs: 100 });
  const cwd = await folderWithPhoto();
  const all = await Promise.all(MANY.map(() => editCatByLibrary(fal.env, { context: { cwd } })));
  expect([all, seenBy(fal).accepted]).toEqual([MANY.map(() => undefined), 1]);
});

test.each(['initiate', 'submit', 'result', 'file'] as const)(
  'while the first is at %s: the others say what they wait for',
  async (on) => {
    const { fal, cwd, first, waiting } = await held(on);
    fal.release('held');
    for (const { code, document, stderr } of await Promise.all([first, ...waiting])) {
      expect([code, document.images[0]!.path], stderr).toEqual([0, 'out.png']);
    }
    expect([seenBy(fal), await leftIn(cwd)]).toEqual([{ accepted: 1, posts: 1 }, ['out.png']]);
  },
);

test('who waits for one is told of that one, though another of the same has been paid for meanwhile', async () => {
  const { fal, cwd, first, waiting } = await held('result');
  fal.addToxic({ type: 'pause', on: 'result', name: 'another', nth: 1, stream: 'upstream' });
  const another = editCat({ env: fal.env, cwd }, '--again');
  await fal.reached('another');
  fal.release('held');
  const { document } = await first;
  for (const { code, document: told, stderr } of await Promise.all(waiting)) {
    expect([code, told.request_id], stderr).toEqual([0, document.request_id]);
  }
  fal.release('another');
  await another;
  expect(seenBy(fal)).toEqual({ accepted: 2, posts: 2 });
});

test.each([
  ['[sandbox:fail]', 1, 'failed', 'no'],
  ['[sandbox:policy]', 6, 'moderated', 'no'],
])('the first ends as %s: so do the others', async (prompt, code, kind, charged) => {
  const { fal, first, waiting } = await held('result', '-p', prompt);
  fal.release('held');
  for (const { code: exit, document } of await Promise.all([first, ...waiting])) {
    expect([exit, document.error?.kind, document.error?.charged]).toEqual([code, kind, charged]);
  }
  expect(seenBy(fal)).toEqual({ accepted: 1, posts: 1 });
});

test('the first is refused at the submit: nobody sends it again', async () => {
  const { fal, first, waiting } = await held('initiate');
  fal.addToxic({ type: 'status', on: 'submit', code: 422, body: '{"detail":"no"}' });
  fal.release('held');
  for (const { code, document } of await Promise.all([first, ...waiting])) {
    expect([code, document.error?.charged]).toEqual([1, 'no']);
  }
  expect(seenBy(fal)).toEqual({ accepted: 0, posts: 1 });
});

describe('the first is stopped by a person', () => {
  test('before it sent anything: another one takes its place', async () => {
    const fal = await sandbox({ toxics: [{ type: 'pause', on: 'initiate', name: 'held', nth: 1 }] });
    const cwd = await folderWithPhoto();
    const stop = new AbortController();
    const first = editCat({ env: fal.env, cwd, interrupt: stop.signal });
    await fal.reached('held');
    const waiting = MANY.map(() => waiter({ env: fal.env, cwd }));
    await Promise.all(waiting.map(({ heard }) => heard));
    stop.abort();
    expect((await first).code).toBe(130);
    for (const { run } of waiting) {
      const { code, stdout } = await run;
      expect(code, stdout).toBe(0);
    }
    expect(seenBy(fal)).toEqual({ accepted: 1, posts: 1 });
  });

  test('while it ran at fal: the others bring it home', async () => {
    const fal = await sandbox({ toxics: [{ type: 'pause', on: 'result', name: 'held', nth: 1 }] });
    const cwd = await folderWithPhoto();
    const stop = new AbortController();
    const first = editCat({ env: fal.env, cwd, interrupt: stop.signal });
    await fal.reached('held');
    const waiting = MANY.map(() => waiter({ env: fal.env, cwd }));
    await Promise.all(waiting.map(({ heard }) => heard));
    stop.abort();
    expect((await first).code).toBe(130);
    for (const { run } of waiting) {
      const { code, stdout } = await run;
      expect(code, stdout).toBe(0);
    }
    expect([seenBy(fal), await leftIn(cwd)]).toEqual([{ accepted: 1, posts: 1 }, ['out.png']]);
  });
});

describe('whoever waits ends by itself', () => {
  test.each([
    ['initiate', 'no'],
    ['submit', 'maybe'],
    ['result', 'maybe'],
  ] as const)('at its deadline, with the first at %s', async (on, charged) => {
    const { fal, cwd, first, waiting } = await held(on);
    const late = await editCat({ env: fal.env, cwd }, '--timeout', '200ms');
    expect([late.code, late.document.error?.kind, late.document.error?.charged]).toEqual([
      7,
      'temporary',
      charged,
    ]);
    expect(late.document.error?.message).toContain('is still running this same edit');
    expect(late.document.job).toBe((await onlyJobIn(stateIn(cwd))).id);
    fal.release('held');
    for (const { code } of await Promise.all([first, ...waiting])) expect(code).toBe(0);
    expect(seenBy(fal).accepted).toBe(1);
  });

  test('at Ctrl-C, which the first does not notice', async () => {
    const { fal, cwd, first, waiting } = await held('result');
    const stop = new AbortController();
    const late = editCat({ env: fal.env, cwd, interrupt: stop.signal });
    setTimeout(() => stop.abort(), 100);
    const { code, document } = await late;
    expect([code, document.error?.kind]).toEqual([130, 'interrupted']);
    expect((await onlyJobIn(stateIn(cwd))).state).toBe('accepted');
    fal.release('held');
    for (const one of await Promise.all([first, ...waiting])) expect(one.code).toBe(0);
  });
});

describe('it is another edit', () => {
  test('with --again, while the first is under way', async () => {
    const { fal, first, waiting, cwd } = await held('result');
    const again = await editCat({ env: fal.env, cwd }, '--again', '-o', 'out.png');
    expect([again.code, fal.ledger().accepted.length]).toEqual([0, 2]);
    fal.release('held');
    await Promise.all([first, ...waiting]);
    expect(fal.ledger().accepted.length).toBe(2);
  });

  test('with --detach, each time', async () => {
    const fal = await sandbox();
    const cwd = await folderWithPhoto();
    await Promise.all(MANY.map(() => editCat({ env: fal.env, cwd }, '--detach')));
    expect(fal.ledger().accepted).toHaveLength(MANY.length);
  });

  test('on the built-in sandbox', async () => {
    const cwd = await folderWithPhoto();
    const all = await Promise.all([1, 2].map(() => editCat({ cwd }, '--sandbox', '-o', '{seed}.png')));
    expect(all.map(({ code }) => code)).toEqual([0, 0]);
    expect(await jobsIn(stateIn(cwd))).toHaveLength(2);
  });
});

describe('a process that cannot be seen from here', () => {
  /** It runs on, under a host name that is another one by now. */
  const self = { ...DEAD, host: 'mbp.local' };

  test('and has its edit at fal: the same command attaches, and wait --unfinished too', async () => {
    const fal = await sandbox({ toxics: [{ type: 'pause', on: 'result', name: 'held', nth: 1 }] });
    const cwd = await folderWithPhoto();
    const dying = editCat({ env: fal.env, cwd, context: { self } });
    await fal.reached('held');
    const waited = await runCli(['wait', '--unfinished'], { cwd, env: fal.env, context: { sleep: quickly } });
    expect([waited.code, waited.stdout], waited.stderr).toEqual([0, 'out.png\n']);
    fal.release('held');
    expect((await dying).code).toBe(0);
    expect([seenBy(fal).accepted, await leftIn(cwd)]).toEqual([1, ['out.png']]);
  });

  test('and is at the submit: unknown, and reconcile is named', async () => {
    const fal = await sandbox({
      toxics: [{ type: 'pause', on: 'submit', name: 'held', stream: 'upstream' }],
    });
    const cwd = await folderWithPhoto();
    const dying = editCat({ env: fal.env, cwd, context: { self } });
    await fal.reached('held');
    const { code, document } = await editCat({ env: fal.env, cwd });
    expect([code, document.error?.kind]).toEqual([9, 'unknown']);
    expect(document.error?.hint).toContain('fal-edit reconcile');
    fal.release('held');
    expect((await dying).code).toBe(0);
    expect(seenBy(fal)).toEqual({ accepted: 1, posts: 1 });
  });

  test('and has sent nothing: its place is taken, and it sends nothing any more', async () => {
    const fal = await sandbox({ toxics: [{ type: 'pause', on: 'initiate', name: 'held', nth: 1 }] });
    const cwd = await folderWithPhoto();
    const late = editCat({ env: fal.env, cwd, context: { self } });
    await fal.reached('held');
    expect((await editCat({ env: fal.env, cwd })).code).toBe(0);
    fal.release('held');
    const { code, document } = await late;
    expect([code, document.error?.kind, document.error?.charged]).toEqual([7, 'temporary', 'no']);
    expect(seenBy(fal)).toEqual({ accepted: 1, posts: 1 });
  });
});

test('a picture that was moved away meanwhile is fetched again for whoever waited', async () => {
  const { fal, cwd, first, waiting } = await held('result');
  fal.release('held');
  await first;
  await rm(path.join(cwd, 'out.png'), { force: true });
  for (const { code } of await Promise.all(waiting)) expect(code).toBe(0);
  expect(seenBy(fal).accepted).toBe(1);
});
