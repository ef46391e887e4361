/* After an edit was cut short: which commands are the same one, and go on with it, and which are another edit. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { hashOf, sha256Of } from '../../src/sha256.js';
import type { Job } from '../../src/ledger/job.js';
import { storedOutput } from '../../src/ledger/rows.js';
import { jobsIn, openLedgerIn, stateIn } from '../support/ledger.js';
import { sandbox } from '../support/sandbox.js';
import { editCat, folderWithPhoto, leftIn } from './harness.js';
import { cutOff, statesIn } from './lost.js';

describe('another edit is', () => {
  test.each<[string, string[]]>([
    ['another prompt', ['-p', 'an oil painting']],
    ['a seed of the user', ['--seed', '7']],
    ['another strength', ['--strength', '0.5']],
    ['another file', ['-o', 'other.png']],
    ['another place', ['-o', 'sub/']],
    ['the other model', ['-m', 'flux-2-lora']],
    ['two pictures', ['--num-images', '2']],
    ['one that was asked for', ['--again']],
  ])('%s', async (_, flags) => {
    const { fal, cwd, requestId } = await cutOff();
    const { code, document } = await editCat({ env: fal.env, cwd }, ...flags);
    expect([code, fal.ledger().accepted.length]).toEqual([0, 2]);
    expect(document.request_id).toBe(fal.ledger().accepted[1]!.request_id);
    // The first one is still there to be had.
    const [first] = await jobsIn(stateIn(cwd));
    expect([first!.state, first!.requestId]).toEqual(['accepted', requestId]);
  });

  test('another picture under the same name', async () => {
    const { fal, cwd } = await cutOff();
    await writeFile(path.join(cwd, 'cat.png'), await readFile('examples/chelsea.png'));
    expect((await editCat({ env: fal.env, cwd })).code).toBe(0);
    expect(fal.ledger().accepted).toHaveLength(2);
  });

  test('the same one in another folder', async () => {
    const { fal, cwd } = await cutOff();
    const folders = { config: cwd, cache: cwd, state: stateIn(cwd) };
    const other = await folderWithPhoto();
    expect((await editCat({ env: fal.env, cwd: other, context: { folders } })).code).toBe(0);
    expect([fal.ledger().accepted.length, await leftIn(other)]).toEqual([2, ['out.png']]);
  });

  test('the same one by another way to fal', async () => {
    const { fal, cwd } = await cutOff();
    const elsewhere = await sandbox();
    expect((await editCat({ env: elsewhere.env, cwd })).code).toBe(0);
    expect([fal.ledger().accepted.length, elsewhere.ledger().accepted.length]).toEqual([1, 1]);
  });

  test('the same one after it was saved', async () => {
    const fal = await sandbox();
    const { cwd } = await editCat({ env: fal.env });
    await rm(path.join(cwd, 'out.png'));
    expect((await editCat({ env: fal.env, cwd })).code).toBe(0);
    expect(fal.ledger().accepted).toHaveLength(2);
  });

  test.each(['[sandbox:fail]', '[sandbox:policy]'])(
    'the same one after it failed at fal: %s',
    async (prompt) => {
      const fal = await sandbox();
      const { cwd, code } = await editCat({ env: fal.env }, '-p', prompt);
      expect(code).not.toBe(0);
      await editCat({ env: fal.env, cwd }, '-p', prompt);
      expect(fal.ledger().accepted).toHaveLength(2);
    },
  );

  test('the same one after it was cancelled', async () => {
    const fal = await sandbox({ queueMs: 1000 });
    const { cwd } = await editCat({ env: fal.env }, '--timeout', '300ms', '--cancel-on-timeout');
    expect(await statesIn(cwd)).toEqual(['cancelled']);
    expect((await editCat({ env: fal.env, cwd })).code).toBe(0);
    expect(await statesIn(cwd)).toEqual(['cancelled', 'saved']);
  });

  test('the same one after it was sent and left; each is one', async () => {
    const fal = await sandbox({ queueMs: 60_000 });
    const cwd = await folderWithPhoto();
    for (let turn = 0; turn < 3; turn++) {
      expect((await editCat({ env: fal.env, cwd }, '--detach')).code).toBe(0);
    }
    expect(fal.ledger().accepted).toHaveLength(3);
    expect((await editCat({ env: fal.env, cwd }, '--timeout', '300ms')).code).toBe(7);
    expect(fal.ledger().accepted).toHaveLength(4);
  });
});

test.each<[string, string[]]>([
  ['its deadline', ['--timeout', '5m']],
  ['its caps', ['--max-cost', '1', '--daily-cap', '0.01']],
  ['how much it says', ['--quiet']],
  ['it may overwrite', ['--force']],
  ['it saves', ['--keep-blanked']],
])('it is the same edit whatever %s', async (_, flags) => {
  const { fal, cwd, requestId } = await cutOff();
  const { code, document } = await editCat({ env: fal.env, cwd }, ...flags);
  expect([code, document.request_id, fal.ledger().accepted.length]).toEqual([0, requestId, 1]);
});

test('it is the same edit where its name has been taken since, and it may overwrite now', async () => {
  const { fal, cwd, requestId } = await cutOff();
  await writeFile(path.join(cwd, 'out.png'), 'of somebody else');
  const { code, document } = await editCat({ env: fal.env, cwd }, '--force');
  expect([code, document.request_id, fal.ledger().accepted.length]).toEqual([0, requestId, 1]);
  expect([document.images[0]!.path, await leftIn(cwd)]).toEqual(['out.png', ['out.png']]);
});

test('it is the same edit where a release that made fingerprints of version 1 was cut short', async () => {
  const { fal, cwd, requestId } = await cutOff();
  const [{ endpoint, via, output }] = (await jobsIn(stateIn(cwd))) as [Job];
  const image = sha256Of(await readFile(path.join(cwd, 'cat.png')));
  const input = { prompt: 'a watercolor', image_url: image, output_format: 'png' };
  const ledger = await openLedgerIn(stateIn(cwd));
  ledger.db.run('UPDATE jobs SET asked_hash = ?', hashOf([endpoint, via, input, storedOutput(output!)]));
  ledger.close();
  const { code, document } = await editCat({ env: fal.env, cwd });
  expect([code, document.request_id, fal.ledger().accepted.length]).toEqual([0, requestId, 1]);
});
