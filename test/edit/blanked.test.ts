import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { editCat, leftIn } from './harness.js';
import { sandbox } from '../support/sandbox.js';
import { front, isResult, sendJson } from '../fal/servers.js';

describe('a blanked picture', () => {
  test('is not saved, and the edit counts as moderated', async () => {
    const fal = await sandbox({ toxics: [{ type: 'blank', on: 'result' }] });
    const { code, document, cwd, stderr } = await editCat({ env: fal.env });
    expect([code, document.error?.kind, document.error?.charged]).toEqual([6, 'moderated', 'yes']);
    expect(stderr).toMatch(/blanked by fal's safety checker and not saved/);
    expect(document.images).toMatchObject([{ path: null, nsfw: true }]);
    expect(await leftIn(cwd)).toEqual([]);
  });

  test('--keep-blanked saves it, and says so', async () => {
    const fal = await sandbox({ toxics: [{ type: 'blank', on: 'result' }] });
    const { code, document, cwd } = await editCat({ env: fal.env }, '--keep-blanked');
    expect([code, document.images[0]!.path, document.images[0]!.nsfw]).toEqual([6, 'out.png', true]);
    const { channels } = await sharp(path.join(cwd, 'out.png')).stats();
    expect(Math.max(...channels.slice(0, 3).map(({ max }) => max))).toBe(0);
  });

  test('of three, the good ones are saved and the blanked one is counted', async () => {
    const fal = await sandbox({ toxics: [{ type: 'blank', on: 'result', index: 1 }] });
    const { code, document, cwd } = await editCat({ env: fal.env }, '--num-images', '3');
    expect(code).toBe(6);
    expect(document.error?.message).toMatch(/1 of 3 pictures were blanked/);
    expect(document.error?.details).toMatchObject({ blanked: 1, total: 3 });
    expect(document.images.map(({ path: file, nsfw }) => [file, nsfw])).toEqual([
      ['out.png', false],
      [null, true],
      ['out.3.png', false],
    ]);
    expect(await leftIn(cwd)).toEqual(['out.3.png', 'out.png']);
  });

  test.each([
    ['no flags at all', undefined],
    ['an empty list', []],
    ['null', null],
    ['something else', 'no'],
  ])('%s: the picture is taken for good, and its state is unknown', async (_, flags) => {
    const fal = await sandbox();
    const { url } = await front(fal, async (visit, response) => {
      if (!isResult(visit)) return false;
      const answer = await fetch(fal.proxyUrl, { headers: { 'x-fal-target-url': visit.target } });
      const body = (await answer.json()) as Record<string, unknown>;
      delete body['has_nsfw_concepts'];
      return sendJson(
        response,
        answer.status,
        flags === undefined ? body : { ...body, has_nsfw_concepts: flags },
      );
    });
    const { code, document } = await editCat({ env: { ...fal.env, FAL_PROXY_URL: url } });
    expect([code, document.images[0]!.path, document.images[0]!.nsfw]).toEqual([0, 'out.png', null]);
  });
});
