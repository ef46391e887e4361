import { describe, expect, test } from 'vitest';
import { lightFetch, type Fetch } from '../../src/light-fetch.js';
import { checkReceived } from '../../src/images/received.js';
import type { Toxic } from '../../src/sandbox/toxics.js';
import { editCat, folderWithPhoto, leftIn, quickly } from './harness.js';
import { onlyJobIn, stateIn } from '../support/ledger.js';
import { runCli } from '../support/run-cli.js';
import { sandbox } from '../support/sandbox.js';

describe('the pictures of a finished edit', () => {
  const wrong: [string, Toxic][] = [
    ['wrong format', { type: 'wrong_format', on: 'file' }],
    ['a page', { type: 'html', on: 'file' }],
    ['404', { type: 'status', on: 'file', code: 404 }],
  ];
  test.each(wrong)('%s for ever: exit 7 after four tries, charged, nothing left behind', async (_, toxic) => {
    // The upload is a file of the sandbox as well, and the model reads it from within.
    const fal = await sandbox({ toxics: [toxic] });
    const { code, document, cwd } = await editCat({ env: fal.env });
    expect([code, document.error?.kind, document.error?.charged]).toEqual([7, 'temporary', 'yes']);
    const [accepted] = fal.ledger().accepted;
    expect(document.error?.details).toMatchObject({
      request_id: accepted!.request_id,
      url: expect.stringContaining(`${fal.url}/files/`) as string,
    });
    expect(document.error?.hint).toContain(`fal-edit wait ${accepted!.request_id}`);
    expect(fal.ledger().requests.by_role.file).toBe(4);
    expect(await leftIn(cwd)).toEqual([]);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'completed', charged: 'yes' });
  });

  const trouble: [string, Toxic][] = [
    ['cut', { type: 'limit_data', on: 'file', fraction: 0.5 }],
    ['reset midway', { type: 'reset_peer', on: 'file', at: 1000 }],
    ['closed at once', { type: 'fin', on: 'file' }],
    ['503', { type: 'status', on: 'file', code: 503 }],
    ['429', { type: 'status', on: 'file', code: 429 }],
  ];
  test.each(trouble)(
    '%s for ever: asked for until the deadline, charged, nothing left behind',
    async (_, toxic) => {
      const fal = await sandbox({ toxics: [toxic] });
      const { code, document, cwd } = await editCat({ env: fal.env }, '--timeout', '1500ms');
      expect([code, document.error?.kind, document.error?.charged]).toEqual([7, 'temporary', 'yes']);
      const [accepted] = fal.ledger().accepted;
      expect(document.error?.message).toMatch(/Not done within 1\.5s\. .* is done at fal and charged/);
      expect(document.error?.details).toMatchObject({ request_id: accepted!.request_id });
      expect(document.error?.hint).toContain(`fal-edit wait ${accepted!.request_id}`);
      expect(fal.ledger().requests.by_role.file).toBeGreaterThan(4);
      expect(await leftIn(cwd)).toEqual([]);
      expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'completed', charged: 'yes' });
    },
  );

  test.each([...wrong, ...trouble])('%s, twice, then fine', async (_, toxic) => {
    const fal = await sandbox({ toxics: [{ ...toxic, times: 2 }] });
    const { code, cwd, document } = await editCat({ env: fal.env });
    expect([code, fal.ledger().requests.by_role.file]).toEqual([0, 3]);
    expect(await leftIn(cwd)).toEqual(['out.png']);
    const { width, height } = document.images[0]!;
    expect([width, height]).toEqual([96, 64]);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'saved', charged: 'yes' });
  });

  test.each(trouble)('%s, ten times, then fine', async (_, toxic) => {
    const fal = await sandbox({ toxics: [{ ...toxic, times: 10 }] });
    const { code, cwd } = await editCat({ env: fal.env });
    expect([code, fal.ledger().requests.by_role.file]).toEqual([0, 11]);
    expect(await leftIn(cwd)).toEqual(['out.png']);
  });

  test('the host of the files is never told the key', async () => {
    const fal = await sandbox();
    const sent: string[] = [];
    const watching: Fetch = (input, init) => {
      if (input.includes('/files/')) sent.push(JSON.stringify(init?.headers));
      return lightFetch(input, init);
    };
    const { code } = await editCat({ env: fal.env, context: { fetch: watching } });
    expect([code, sent.length]).toEqual([0, 1]);
    expect(sent[0]).not.toMatch(/authorization|secret/i);
  });

  test('of two pictures one is lost: the other is saved', async () => {
    const fal = await sandbox({ toxics: [{ type: 'status', on: 'file', code: 404, after: 1 }] });
    const { code, document, cwd } = await editCat({ env: fal.env }, '--num-images', '2');
    expect(code).toBe(7);
    expect(document.error?.message).toMatch(/1 of 2 pictures; the others are saved/);
    expect(document.images.filter(({ path: file }) => file !== null)).toHaveLength(1);
    expect(await leftIn(cwd)).toHaveLength(1);
  });

  test('-o - writes the bytes, or nothing', async () => {
    const fal = await sandbox({ toxics: [{ type: 'limit_data', on: 'file', fraction: 0.5, after: 1 }] });
    const run = async (...flags: string[]) =>
      runCli(['cat.png', '-p', 'x', '-o', '-', ...flags], {
        cwd: await folderWithPhoto(),
        env: fal.env,
        context: { sleep: quickly },
      });
    const [good, bad] = [await run(), await run('--timeout', '1500ms')];
    expect(checkReceived(good.stdoutBytes, { width: 96, height: 64 }).format).toBe('png');
    expect([good.code, bad.code, bad.stdoutBytes.length]).toEqual([0, 7, 0]);
  });
});
