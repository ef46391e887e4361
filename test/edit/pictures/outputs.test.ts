/* Answers in every shape, through the program: all that is paid for is saved, and nothing else is made of it. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { edit } from '../../../src/index.js';
import { onlyJobIn, stateIn } from '../../support/ledger.js';
import { runCli } from '../../support/run-cli.js';
import { sandbox, type TestSandbox } from '../../support/sandbox.js';
import { front, isResult, sendJson } from '../../fal/servers.js';
import { editCat, folderWithPhoto, leftIn, quickly, type Document } from '../harness.js';
import { fileServer, picture, SVG, ZIP } from './files.js';

const MAIN = await picture(96, 64);
const MASK = await picture(32, 16, '#ffffff');
const FILES = { 'a.png': MAIN, 'b.png': MASK, 'c.png': await picture(8, 8), 'd.svg': SVG, 'e.zip': ZIP };

/** A sandbox whose results have a body of the test's own. */
async function answering(body: unknown): Promise<TestSandbox> {
  const fal = await sandbox();
  const { url } = await front(
    fal,
    (visit, response) => isResult(visit) && sendJson(response, 200, body, { 'x-fal-billable-units': '1' }),
  );
  return { ...fal, env: { ...fal.env, FAL_PROXY_URL: url } };
}

interface Image {
  path: string | null;
  field: string | null;
  width: number | null;
  content_type: string | null;
}
const images = ({ images: all }: { images: unknown[] }) =>
  (all as Image[]).map(({ path: file, field, width }) => [file, field, width]);

describe('an answer with more than its picture', () => {
  test('other outputs are saved beside it, under their own names; one file that occurs twice is saved once', async () => {
    const { file, fetched } = await fileServer(FILES);
    const fal = await answering({
      images: [],
      image: file('a.png'),
      mask_image: file('b.png', { width: 5000 }),
      masks: [file('b.png'), file('c.png'), file('a.png')],
      svg: file('d.svg', { content_type: 'image/png' }),
      archive: file('e.zip'),
      seed: 5,
    });
    const { code, document, cwd, stderr } = await editCat({ env: fal.env });
    expect([code, document.state], stderr).toEqual([0, 'saved']);
    expect(images(document)).toEqual([
      ['out.png', null, 96],
      ['out.mask_image.png', 'mask_image', 32],
      ['out.masks.png', 'masks', 8],
      ['out.svg.svg', 'svg', null],
      ['out.archive.zip', 'archive', null],
    ]);
    expect(fetched.sort()).toEqual(['a.png', 'b.png', 'c.png', 'd.svg', 'e.zip']);
    expect(await readFile(path.join(cwd, 'out.svg.svg'), 'utf8')).toBe(SVG);
    expect(await leftIn(cwd)).toHaveLength(5);
    expect(document.warnings).toEqual([
      expect.stringMatching(/another shape .*: the result, mask_image, masks, svg, archive\./) as string,
      'out.mask_image.png is 32x16 pixels, not 5000x16 as fal announced.',
    ]);
    expect(stderr).toContain('out.svg.svg is an SVG drawing');
    const job = await onlyJobIn(stateIn(cwd));
    expect(job.images.map(({ field }) => field)).toEqual([
      undefined,
      'mask_image',
      'masks',
      'svg',
      'archive',
    ]);
    expect(job.result).toMatchObject({ seed: 5 });

    // A later command finds them all, and fetches nothing.
    const again = await runCli(['wait', job.requestId ?? '', '--json'], { cwd, env: fal.env });
    expect([again.code, images(again.json<Document>())]).toEqual([0, images(document)]);
    expect(fetched).toHaveLength(5);
  });

  test('the paths are printed; files in the way are passed by', async () => {
    const { file } = await fileServer(FILES);
    const fal = await answering({ image: file('a.png'), masks: [file('b.png'), file('c.png')] });
    const cwd = await folderWithPhoto();
    await writeFile(path.join(cwd, 'cat.edit.masks.1.png'), 'mine');
    const { code, stdout } = await runCli(['cat.png', '-p', 'x'], { cwd, env: fal.env });
    expect([code, stdout]).toEqual([0, 'cat.edit.png\ncat.edit.masks.1.2.png\ncat.edit.masks.2.png\n']);
    expect(await readFile(path.join(cwd, 'cat.edit.masks.1.png'), 'utf8')).toBe('mine');
  });

  test('-o - writes the picture, and the others become files', async () => {
    const { file } = await fileServer(FILES);
    const fal = await answering({ image: file('a.png'), mask: file('b.png') });
    const cwd = await folderWithPhoto();
    const { code, stdoutBytes, stderr } = await runCli(['cat.png', '-p', 'x', '-o', '-'], {
      cwd,
      env: fal.env,
    });
    expect([code, Buffer.from(stdoutBytes).equals(MAIN)], stderr).toEqual([0, true]);
    expect(await leftIn(cwd)).toEqual(['cat.edit.mask.png']);
    expect(stderr).toContain('cat.edit.mask.png');
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'saved' });
  });

  test('what nobody announced and cannot be fetched is left out, and never asked for again', async () => {
    const { file, fetched } = await fileServer(FILES);
    const fal = await answering({ images: [file('a.png'), {}], info: file('gone.png') });
    const { code, document, cwd, stderr } = await editCat({ env: fal.env });
    expect([code, document.state], stderr).toEqual([0, 'saved']);
    expect(images(document)).toEqual([
      ['out.png', null, 96],
      [null, 'info', null],
    ]);
    expect(document.warnings.at(-1)).toMatch(/^The file in info was left out: .*404/);
    const again = await runCli(['wait', document.request_id ?? ''], { cwd, env: fal.env });
    expect([again.code, again.stdout]).toEqual([0, 'out.png\n']);
    expect(fetched.filter((name) => name === 'gone.png')).toHaveLength(4);
  });

  test('where nothing was announced, every file counts', async () => {
    const { file } = await fileServer(FILES);
    const fal = await answering({ result: file('a.png'), info: file('gone.png') });
    const { code, document } = await editCat({ env: fal.env });
    expect([code, document.error?.kind, document.state]).toEqual([7, 'temporary', 'completed']);
    expect(images(document)).toEqual([
      ['out.png', null, 96],
      [null, 'info', null],
    ]);
  });

  test('in memory, only the picture is: the others are files', async () => {
    const { file } = await fileServer(FILES);
    const fal = await answering({ image: file('a.png'), mask: file('b.png') });
    const cwd = await folderWithPhoto();
    const of = (name: string): string => path.join(cwd, '.home', name);
    const folders = { config: of('config'), cache: of('cache'), state: stateIn(cwd) };
    const context = { cwd, env: fal.env, folders, sleep: quickly };
    const result = await edit({ images: 'cat.png', prompt: 'x', inMemory: true, context });
    expect(result.images.map(({ data, field, path: saved }) => [data?.byteLength, field, saved])).toEqual([
      [MAIN.byteLength, null, null],
      [undefined, 'mask', path.join(cwd, 'cat.edit.mask.png')],
    ]);
  });

  test('a data: URI is saved as it is', async () => {
    const fal = await answering({ image: `data:image/webp;base64,${MAIN.toString('base64')}` });
    const { code, document, cwd } = await editCat({ env: fal.env });
    expect([code, await leftIn(cwd)]).toEqual([0, ['out.png']]);
    expect(document.images[0]).toMatchObject({ content_type: 'image/png', width: 96, height: 64 });
  });

  test('what the answer repeats from the input is no result', async () => {
    const { file } = await fileServer(FILES);
    const fal = await answering({ image: file('a.png'), source: file('c.png') });
    const cwd = await folderWithPhoto();
    const input = file('c.png')['url'] as string;
    const { code, stdout, stderr } = await runCli([input, '-p', 'x', '-o', 'out.png'], { cwd, env: fal.env });
    expect([code, stdout], stderr).toEqual([0, 'out.png\n']);
  });
});

describe('a result that is no picture of pixels', () => {
  test('a drawing is saved as it is, with its true ending', async () => {
    const { file } = await fileServer(FILES);
    const fal = await answering({ image: file('d.svg', { content_type: 'image/png', width: 9, height: 9 }) });
    const { code, document, cwd } = await editCat({ env: fal.env }, '--metadata', 'keep');
    expect([code, await leftIn(cwd)]).toEqual([0, ['out.svg']]);
    expect(document.images[0]).toMatchObject({
      ...{ path: 'out.svg', content_type: 'image/svg+xml', width: null, height: null },
    });
    expect(await readFile(path.join(cwd, 'out.svg'), 'utf8')).toBe(SVG);
  });

  test('only an archive that nobody announced: saved, exit 1, and the answer can be read', async () => {
    const { file } = await fileServer(FILES);
    const fal = await answering({ latents: file('e.zip'), text: 'sorry' });
    const { code, document, cwd } = await editCat({ env: fal.env });
    expect([code, document.error?.kind, document.state]).toEqual([1, 'failed', 'failed']);
    expect(document.error?.message).toMatch(/contains no picture\. The file in it is saved\./);
    expect(await leftIn(cwd)).toEqual(['out.zip']);
    const job = await onlyJobIn(stateIn(cwd));
    expect(job).toMatchObject({ state: 'failed', result: { text: 'sorry' } });
    const printed = await runCli(['result', job.requestId ?? ''], { cwd, env: fal.env });
    expect(printed.json()).toMatchObject({ text: 'sorry' });
  });

  test('no file at all: exit 1, and the answer is kept', async () => {
    const fal = await answering({ caption: 'a cat', page: { url: '/docs' } });
    const { code, document, cwd } = await editCat({ env: fal.env });
    expect([code, document.error?.kind, document.state]).toEqual([1, 'failed', 'failed']);
    const { requestId = '', result } = await onlyJobIn(stateIn(cwd));
    expect(result).toEqual({ caption: 'a cat', page: { url: '/docs' } });
    expect(document.error?.hint).toContain(`fal-edit result ${requestId}`);
    await fal.close();
    const printed = await runCli(['result', requestId], { cwd, env: fal.env });
    expect(printed.json()).toMatchObject({ caption: 'a cat' });
  });
});

describe('cut short', () => {
  test('a later command fetches what is missing, under the names that were chosen', async () => {
    const files: Record<string, string | Uint8Array> = { 'a.png': MAIN };
    const { file, fetched } = await fileServer(files);
    const fal = await answering({ result: file('a.png'), mask: file('b.png') });
    const cwd = await folderWithPhoto();
    const first = await editCat({ env: fal.env, cwd });
    expect([first.code, await leftIn(cwd)]).toEqual([7, ['out.png']]);
    files['b.png'] = MASK;
    await writeFile(path.join(cwd, 'unrelated.png'), '');
    const waited = await runCli(['wait', first.document.request_id ?? ''], {
      ...{ cwd, env: fal.env, context: { sleep: quickly } },
    });
    expect([waited.code, waited.stdout]).toEqual([0, 'out.png\nout.mask.png\n']);
    expect(fetched.filter((name) => name === 'a.png')).toHaveLength(1);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'saved' });
  });
});
