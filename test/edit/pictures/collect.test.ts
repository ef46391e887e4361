import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { lightFetch, type Fetch } from '../../../src/light-fetch.js';
import { probePicture } from '../../../src/images/probe.js';
import type { Toxic } from '../../../src/sandbox/faults/toxics.js';
import { editCat, folderWithPhoto, leftIn, quickly } from '../harness.js';
import { onlyJobIn, stateIn } from '../../support/ledger.js';
import { runCli } from '../../support/run-cli.js';
import { sandbox } from '../../support/sandbox.js';

describe('the pictures of a finished edit', () => {
  const wrong: [string, Toxic][] = [
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
      expect(document.error?.message).toMatch(/Not done within 1\.5s\. .* is finished and charged/);
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
    expect(probePicture(good.stdoutBytes)).toMatchObject({ format: 'png', width: 96, height: 64 });
    expect([good.code, bad.code, bad.stdoutBytes.length]).toEqual([0, 7, 0]);
  });
});

describe('a complete picture that is not as announced is paid for, and saved', () => {
  const JPEG: Toxic = { type: 'wrong_format', on: 'file' };
  /** Decoded by another decoder than the one that recognised it. */
  const formatIn = async (cwd: string, file: string) => (await sharp(path.join(cwd, file)).metadata()).format;

  test('another format: the name that the user chose stays, with a warning', async () => {
    const fal = await sandbox({ toxics: [JPEG] });
    const { code, document, cwd, stderr } = await editCat({ env: fal.env });
    expect([code, document.status, document.images[0]!.path]).toEqual([0, 'ok', 'out.png']);
    expect(document.warnings).toEqual(['out.png is JPEG, not PNG: fal returned a different format.']);
    expect(stderr).toContain('out.png is JPEG, not PNG');
    expect(document.images[0]).toMatchObject({ content_type: 'image/jpeg', width: 96, height: 64 });
    expect([await leftIn(cwd), await formatIn(cwd, 'out.png')]).toEqual([['out.png'], 'jpeg']);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'saved', charged: 'yes' });
    expect(fal.ledger().requests.by_role.file).toBe(1);
  });

  test.each([
    ['no -o', [], 'cat.edit.jpg'],
    ['a folder', ['-o', 'results/'], 'results/cat.edit.jpg'],
    ['a template that ends in {ext}', ['-o', 'b-{seed}.{ext}', '--seed', '7'], 'b-7.jpg'],
  ])('another format, %s: it gets its true ending', async (_, flags, saved) => {
    const fal = await sandbox({ toxics: [JPEG] });
    const cwd = await folderWithPhoto();
    const { code, stdout, stderr } = await runCli(['cat.png', '-p', 'x', ...flags], { cwd, env: fal.env });
    expect([code, stdout], stderr).toEqual([0, `${saved}\n`]);
    expect(stderr).toContain(`${path.basename(saved)} is JPEG, not PNG`);
    expect(await formatIn(cwd, saved)).toBe('jpeg');
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'saved' });
  });

  test('its true ending never takes the name of another file, also with --force', async () => {
    const fal = await sandbox({ toxics: [JPEG] });
    const cwd = await folderWithPhoto();
    await writeFile(path.join(cwd, 'cat.edit.jpg'), 'mine');
    const { code, stdout } = await runCli(['cat.png', '-p', 'x', '--force'], { cwd, env: fal.env });
    expect([code, stdout]).toEqual([0, 'cat.edit.2.jpg\n']);
    expect(await readFile(path.join(cwd, 'cat.edit.jpg'), 'utf8')).toBe('mine');
  });

  test('another size, with the size that it has', async () => {
    const fal = await sandbox({ toxics: [{ type: 'wrong_size', on: 'file' }] });
    const { code, document, cwd } = await editCat({ env: fal.env });
    expect([code, document.warnings]).toEqual([0, ['out.png is 48x64 pixels, not 96x64 as fal announced.']]);
    expect(document.images[0]).toMatchObject({ width: 48, height: 64 });
    expect(await sharp(path.join(cwd, 'out.png')).metadata()).toMatchObject({ width: 48, height: 64 });
  });

  test('-o - writes it as it came', async () => {
    const fal = await sandbox({ toxics: [JPEG] });
    const options = { cwd: await folderWithPhoto(), env: fal.env };
    const { code, stdoutBytes, stderr } = await runCli(['cat.png', '-p', 'x', '-o', '-'], options);
    expect([code, (await sharp(stdoutBytes).metadata()).format]).toEqual([0, 'jpeg']);
    expect(stderr).toContain('The picture is JPEG, not PNG');
  });

  test('wait saves it under a name that fits, and says why one does not', async () => {
    const fal = await sandbox({ toxics: [JPEG] });
    const { cwd } = await editCat({ env: fal.env });
    const wait = (...flags: string[]) => runCli(['wait', 'last', ...flags], { cwd, env: fal.env });
    const [fits, not] = [await wait('-o', 'b.jpg'), await wait('-o', 'c.png')];
    expect([fits.code, fits.stdout]).toEqual([0, 'b.jpg\n']);
    expect([not.code, not.stdout]).toEqual([2, '']);
    expect(not.stderr).toMatch(/c\.png is png, but .*made jpeg\./);
    expect(fal.ledger().accepted).toHaveLength(1);
  });

  test('rows of a batch: their results say so, and a later run that sends nothing says the same', async () => {
    const fal = await sandbox({ toxics: [JPEG] });
    const cwd = await folderWithPhoto();
    await writeFile(path.join(cwd, 'm.jsonl'), '{"image":"cat.png","prompt":"x"}\n');
    const batch = () => runCli(['batch', 'm.jsonl', '-d', 'out', '-y', '--json'], { cwd, env: fal.env });
    const results = async () =>
      JSON.parse(await readFile(path.join(cwd, 'out/results.jsonl'), 'utf8')) as {
        state: string;
        warnings: string[];
        images: { path: string }[];
      };
    for (let run = 0; run < 2; run++) {
      expect((await batch()).code).toBe(0);
      const { state, warnings, images } = await results();
      expect([state, images[0]!.path]).toEqual(['done', 'cat.edit.jpg']);
      expect(warnings).toEqual(['cat.edit.jpg is JPEG, not PNG: fal returned a different format.']);
    }
    expect(fal.ledger().accepted).toHaveLength(1);
  });
});
