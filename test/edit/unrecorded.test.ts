/*
 * The ledger fails in the middle of an edit. Before the submit that stops it; after the acceptance the picture is
 * worth more than its entry: it is saved, the id is told at once, and the exit code says that the ledger fell behind.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Role } from '../../src/sandbox/faults/toxics.js';
import { DEAD, onlyJobIn, openLedgerIn, stateIn } from '../support/ledger.js';
import { sandbox } from '../support/sandbox.js';
import { editCat, editCatByLibrary, folderWithPhoto, leftIn, until } from './harness.js';
import { seenBy } from './lost.js';

/** Takes the ledger's tables away, as far as another process is concerned; and gives them back. */
async function breaker(cwd: string) {
  const ledger = await openLedgerIn(stateIn(cwd));
  const rename = (from: string, to: string): void => {
    for (const table of ['jobs', 'images']) {
      ledger.db.run(`ALTER TABLE ${from}${table} RENAME TO ${to}${table}`);
    }
  };
  return { break: () => rename('', 'gone_'), mend: () => rename('gone_', '') };
}

/** What a run says, while it runs. */
class Said extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs an edit whose ledger breaks when fal has answered a request of that role, and looks at it before it goes on. */
async function brokenAt(role: Role, ...flags: string[]) {
  const fal = await sandbox({ toxics: [{ type: 'pause', on: role, name: 'here', nth: 1 }] });
  const cwd = await folderWithPhoto();
  const stderr = new Said();
  // The run is over, as far as the ones after it can see.
  const running = editCat({ env: fal.env, cwd, context: { stderr, self: DEAD } }, ...flags);
  await fal.reached('here');
  const ledger = await breaker(cwd);
  ledger.break();
  return { fal, cwd, running, stderr, ledger };
}

describe('the ledger cannot take', () => {
  test('the intent: nothing is sent', async () => {
    const { fal, cwd, running, ledger, stderr } = await brokenAt('put');
    fal.release('here');
    const { code, document } = await running;
    expect([code, document.error?.kind, document.error?.charged]).toEqual([2, 'input', 'no']);
    expect(stderr.text).toMatch(/The ledger .*ledger\.db .* Nothing more is sent/);
    expect(seenBy(fal)).toEqual({ accepted: 0, posts: 0 });
    ledger.mend();
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'planned', charged: 'no' });
    // Its owner is gone: the next run sends one.
    expect((await editCat({ env: fal.env, cwd })).code).toBe(0);
    expect(seenBy(fal)).toEqual({ accepted: 1, posts: 1 });
  });

  test.each([[[]], [['--quiet']]])(
    'the request id %j: it is told at once, and the picture is saved all the same',
    async (flags) => {
      const { fal, cwd, running, ledger, stderr } = await brokenAt('submit', ...flags);
      fal.addToxic({ type: 'pause', on: 'result', name: 'later' });
      fal.release('here');
      await fal.reached('later');
      const { request_id: id } = fal.ledger().accepted[0]!;
      await until(() =>
        stderr.text.includes(`fal accepted request ${id}, but it could not be recorded in the ledger`),
      );
      fal.release('later');
      const { code, document } = await running;
      const { kind, charged, message, hint, details } = document.error!;
      expect([code, kind, charged]).toEqual([9, 'unknown', 'yes']);
      expect(message).toContain(`Request ${id} was accepted and is charged`);
      expect(hint).toContain(`fal-edit reconcile ${document.job}`);
      expect(details).toEqual({ request_id: id, job: document.job });
      expect([document.request_id, document.images[0]!.path]).toEqual([id, 'out.png']);
      expect(await leftIn(cwd)).toEqual(['out.png']);
      expect((await readFile(path.join(cwd, 'out.png'))).subarray(1, 4).toString()).toBe('PNG');
      expect(seenBy(fal)).toEqual({ accepted: 1, posts: 1 });

      ledger.mend();
      expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'intent', charged: 'maybe' });
    },
  );

  test('the request id: the same command again sends nothing', async () => {
    const { fal, cwd, running, ledger } = await brokenAt('submit', '-o', 'sub/');
    fal.release('here');
    const { document } = await running;
    ledger.mend();
    const again = await editCat({ env: fal.env, cwd }, '-o', 'sub/');
    expect([again.code, again.document.error?.kind]).toEqual([9, 'unknown']);
    expect(again.document.error?.hint).toContain(`fal-edit reconcile ${document.job}`);
    expect(seenBy(fal)).toEqual({ accepted: 1, posts: 1 });
  });

  test.each(['result', 'file'] as const)('what came with the %s: saved, exit 9, told', async (role) => {
    const { fal, cwd, running, ledger, stderr } = await brokenAt(role, '-o', 'sub/');
    fal.release('here');
    const { code, document } = await running;
    const { request_id: id } = fal.ledger().accepted[0]!;
    expect([code, document.error?.kind, document.error?.charged]).toEqual([9, 'unknown', 'yes']);
    expect(document.error?.hint).toContain(`fal-edit reconcile ${document.job}`);
    expect(stderr.text).toContain(`fal accepted request ${id}, but it could not be recorded in the ledger`);
    const [name] = await leftIn(path.join(cwd, 'sub'));
    expect(name).toBe('cat.edit.png');

    ledger.mend();
    const state = role === 'result' ? 'accepted' : 'completed';
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state, requestId: id });
    const again = await editCat({ env: fal.env, cwd }, '-o', 'sub/');
    expect([again.code, again.document.request_id, seenBy(fal).accepted]).toEqual([0, id, 1]);
    const job = await onlyJobIn(stateIn(cwd));
    expect([job.state, job.charged]).toEqual(['saved', 'yes']);
    // A name that the ledger had promised is the one; else nobody knew of the first file.
    const kept = role === 'result' ? 'cat.edit.2.png' : 'cat.edit.png';
    expect(job.images[0]!.path).toBe(path.join(cwd, 'sub', kept));
  });

  test('that it failed: both are told', async () => {
    const { fal, running } = await brokenAt('submit', '-p', '[sandbox:fail]');
    fal.release('here');
    const { code, document } = await running;
    expect([code, document.error?.kind]).toEqual([9, 'unknown']);
    expect(document.error?.message).toMatch(/the ledger could not record.* Also: The model failed/);
  });
});

test('the library tells it with an event, and ends with the same error', async () => {
  const fal = await sandbox({ toxics: [{ type: 'pause', on: 'submit', name: 'here' }] });
  const cwd = await folderWithPhoto();
  const told: string[] = [];
  const running = editCatByLibrary(fal.env, {
    context: { cwd },
    onEvent: (event) => {
      if (event.type === 'unrecorded') told.push(event.requestId);
    },
  });
  await fal.reached('here');
  (await breaker(cwd)).break();
  fal.release('here');
  const error = await running;
  const { request_id: id } = fal.ledger().accepted[0]!;
  expect([error?.kind, error?.charged, error?.details?.['request_id']]).toEqual(['unknown', 'yes', id]);
  expect(new Set(told)).toEqual(new Set([id]));
  expect(await leftIn(cwd)).toEqual(['out.png']);
});
