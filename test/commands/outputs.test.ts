import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { type DryRun, scene, SMALL, visible } from './scene.js';

describe('files out', () => {
  test.each<[string[], string[]]>([
    [[], ['photo.edit.png']],
    [['-m', 'flux-2-lora', '--format', 'webp'], ['photo.edit.webp']],
    [['--format', 'jpg'], ['photo.edit.jpg']],
    [['-o', 'out.png'], ['out.png']],
    [['-o', 'deep/er/out.png'], ['deep/er/out.png']],
    [['-o', 'new/'], ['new/photo.edit.png']],
    [['-o', 'there'], ['there/photo.edit.png']],
    [['-o', '{name}-{seed}-{model}.{ext}', '--seed', '7'], ['photo-7-flux-general.png']],
    [['-o', '{model}/{name}.{ext}', '-m', 'fal-ai/flux-2/lora/edit'], ['flux-2-lora/photo.png']],
    [
      ['--num-images', '3'],
      ['photo.edit.png', 'photo.edit.2.png', 'photo.edit.3.png'],
    ],
    [
      ['--num-images', '2', '-o', '{index}-{name}.{ext}', '--format', 'jpeg'],
      ['1-photo.jpg', '2-photo.jpg'],
    ],
  ])('%j writes %j', async (argv, files) => {
    const { cwd, run } = await scene({ 'photo.png': SMALL, 'there/keep.txt': '' });
    const result = await run(['photo.png', '-p', 'snow', ...argv]);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toBe(files.map((file) => `${file}\n`).join(''));
    for (const file of files) {
      const format = { '.png': 'png', '.jpg': 'jpeg', '.webp': 'webp' }[path.extname(file)];
      expect(await sharp(path.join(cwd, file)).metadata()).toMatchObject({ format });
    }
  });

  it('names a file by its request', async () => {
    const { fal, run } = await scene();
    const result = await run(['photo.png', '-p', 'snow', '-o', '{request_id}.{ext}']);
    expect(result.stdout).toBe(`${fal.ledger().accepted[0]!.request_id}.png\n`);
  });

  it('asks for a JPEG where the name ends in .jpg', async () => {
    const { fal, run, file } = await scene();
    expect((await run(['photo.png', '-p', 'snow', '-o', 'out.JPG'])).code).toBe(0);
    expect(fal.ledger().accepted).toMatchObject([{ input: { output_format: 'jpeg' } }]);
    expect(await sharp(await file('out.JPG')).metadata()).toMatchObject({ format: 'jpeg' });
  });

  it('writes the bytes of the picture, and nothing else, to stdout', async () => {
    const { cwd, run } = await scene();
    const result = await run(['photo.png', '-p', 'snow', '-o', '-', '--size', '64x96']);
    const { format, width, height } = await sharp(result.stdoutBytes).metadata();
    expect({ format, width, height }).toEqual({ format: 'png', width: 64, height: 96 });
    expect(await visible(cwd)).toEqual(['photo.png']);
  });

  it('numbers the default name when it is taken, and overwrites it only with --force', async () => {
    const { run, file } = await scene({ 'photo.png': SMALL, 'photo.edit.png': 'mine' });
    expect((await run(['photo.png', '-p', 'snow'])).stdout).toBe('photo.edit.2.png\n');
    expect((await run(['photo.png', '-p', 'snow'])).stdout).toBe('photo.edit.3.png\n');
    expect(String(await file('photo.edit.png'))).toBe('mine');
    expect((await run(['photo.png', '-p', 'snow', '--force'])).stdout).toBe('photo.edit.png\n');
    expect(await sharp(await file('photo.edit.png')).metadata()).toMatchObject({ format: 'png' });
  });

  it('replaces a named file only with --force', async () => {
    const { fal, run, file } = await scene({ 'photo.png': SMALL, 'out.png': 'mine' });
    expect((await run(['photo.png', '-p', 'snow', '-o', 'out.png'])).code).toBe(2);
    expect(String(await file('out.png'))).toBe('mine');
    expect(fal.ledger().requests.total).toBe(0);
    expect((await run(['photo.png', '-p', 'snow', '-o', 'out.png', '-f'])).code).toBe(0);
    expect(await sharp(await file('out.png')).metadata()).toMatchObject({ format: 'png' });
  });

  test.each([
    'https://example.com/..%2F..%2Fetc%2Fpasswd.png',
    'https://example.com/%2e%2e',
    'https://example.com/.ssh.png',
    'https://example.com/a%00b%1b%5B31m.png',
    `https://example.com/${'é'.repeat(200)}.png`,
    'https://example.com/%E2%80%AEgnp.png',
  ])('stays in the folder for %s', async (url) => {
    const { cwd, run } = await scene({});
    const document = (
      await run([url, '-p', 'snow', '-o', 'out/{name}.{ext}', '-n', '--json'])
    ).json<DryRun>();
    const [output = ''] = document.outputs;
    expect(path.dirname(path.resolve(cwd, output))).toBe(path.join(cwd, 'out'));
    expect(path.basename(output)).not.toMatch(/^\.|[\p{Cc}\u202e]/u);
    expect(Buffer.byteLength(path.basename(output))).toBeLessThan(255);
  });

  it('stays in the folder for a local file of a hostile name', async () => {
    const { cwd, run } = await scene({ '..\\..\\evil\u001b[31m.png': SMALL });
    const result = await run(['..\\..\\evil\u001b[31m.png', '-p', 'snow', '-o', 'out/{name}.{ext}']);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout + result.stderr).not.toContain('\u001b');
    expect(await readdir(path.join(cwd, 'out'))).toHaveLength(1);
  });
});
