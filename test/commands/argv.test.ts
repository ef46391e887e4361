import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it, test } from 'vitest';
import { runCli, type CliOptions } from '../support/run-cli.js';
import { tempDir } from '../support/temp-dir.js';
import { PNG } from './bad-input/pictures.js';
import type { DryRun } from './scene.js';

/** What would be sent for these arguments, beside the picture and the seed. */
async function sent(
  argv: string[],
  options: Partial<CliOptions> & { files?: Record<string, Uint8Array> } = {},
) {
  const { files = {}, ...rest } = options;
  const cwd = await tempDir();
  for (const [name, bytes] of Object.entries({ 'photo.png': PNG, ...files })) {
    await writeFile(path.join(cwd, name), bytes);
  }
  const result = await runCli(['--dry-run', '--json', ...argv], { cwd, ...rest });
  expect(result.code, result.stderr).toBe(0);
  const { input } = result.json<DryRun>();
  const { image_url, image_urls, seed, ...others } = input;
  expect(image_url ?? image_urls).toBeDefined();
  expect(seed).toEqual(expect.any(Number));
  return { ...others, ...(argv.includes('--seed') ? { seed } : {}) };
}

describe('prompts', () => {
  test.each<[string[], string]>([
    [['-p', 'snow'], 'snow'],
    [['-psnow'], 'snow'],
    [['--prompt=snow'], 'snow'],
    [['--prompt', 'snow'], 'snow'],
    [['-p', '-5'], '-5'],
    [['-p', '--not-a-flag'], '--not-a-flag'],
    [['-p', '--'], '--'],
    [['-p', '--help'], '--help'],
    [['-p', '-'], '-'],
    [['-p', 'a=b'], 'a=b'],
    [['--prompt=a=b'], 'a=b'],
    [['--prompt=--x'], '--x'],
    [['-p', '123'], '123'],
    [['-p', 'true'], 'true'],
    [['-p', ' two\nlines '], ' two\nlines '],
    [['-p', 'größe 写真 🐱'], 'größe 写真 🐱'],
    [['-p', 'first', '-p', 'the last counts'], 'the last counts'],
  ])('%j', async (argv, prompt) => {
    expect(await sent(['photo.png', ...argv])).toEqual({ prompt });
  });

  test.each<[string, Uint8Array, string]>([
    ['a newline at the end', Buffer.from('snow\n'), 'snow'],
    ['CRLF', Buffer.from('snow\r\nand ice\r\n'), 'snow\r\nand ice'],
    ['a byte order mark', Buffer.from('\ufeffsnow'), 'snow'],
    ['a blank line at the end', Buffer.from('snow\n\n'), 'snow\n'],
  ])('from a file with %s', async (_, bytes, prompt) => {
    const argv = ['photo.png', '--prompt-file', 'idea.txt'];
    expect(await sent(argv, { files: { 'idea.txt': bytes } })).toEqual({ prompt });
    expect(await sent(['photo.png', '--prompt-file', '-'], { stdin: bytes })).toEqual({ prompt });
  });

  it('from a file whose name starts with a dash', async () => {
    const files = { '-idea.txt': Buffer.from('snow') };
    expect(await sent(['photo.png', '--prompt-file', '-idea.txt'], { files })).toEqual({ prompt: 'snow' });
  });
});

it('Ctrl-C ends the wait for a prompt on stdin', async () => {
  const cwd = await tempDir();
  const interruption = new AbortController();
  // Nothing ever comes from it.
  const stdin = new PassThrough();
  setTimeout(() => interruption.abort(), 50);
  const run = runCli(['a.png', '--prompt-file', '-'], {
    cwd,
    context: { stdin },
    interrupt: interruption.signal,
  });
  expect((await run).code).toBe(130);
});

describe('flags', () => {
  const FLUX_2 = ['-m', 'flux-2-lora'];
  test.each<[string[], Record<string, unknown>]>([
    [['--strength', '0.5'], { strength: 0.5, image_strength: 0.5 }],
    [['--image-strength', '.5'], { strength: 0.5, image_strength: 0.5 }],
    [['--strength', '1e-2'], { strength: 0.01, image_strength: 0.01 }],
    [['--lora', 'owner/style'], { loras: [{ path: 'owner/style' }] }],
    [['--lora', 'owner/style@0.8'], { loras: [{ path: 'owner/style', scale: 0.8 }] }],
    [['--lora', 'owner/style@-1'], { loras: [{ path: 'owner/style', scale: -1 }] }],
    [
      ['--lora', 'a/b@0', '--lora', 'c/d@2'],
      {
        loras: [
          { path: 'a/b', scale: 0 },
          { path: 'c/d', scale: 2 },
        ],
      },
    ],
    [['--lora', 'https://u/a@b/c.safetensors'], { loras: [{ path: 'https://u/a@b/c.safetensors' }] }],
    [['--lora', 'https://u/a@b@0.5'], { loras: [{ path: 'https://u/a@b', scale: 0.5 }] }],
    [['--steps', '50'], { num_inference_steps: 50 }],
    [['--guidance', '0'], { guidance_scale: 0 }],
    [['--seed', '0'], { seed: 0 }],
    [['--seed', '-3'], { seed: -3 }],
    [['--num-images', '10'], { num_images: 10 }],
    [['--size', 'square_hd'], { image_size: 'square_hd' }],
    [['--size', '1024x768'], { image_size: { width: 1024, height: 768 } }],
    [['--size', '1024X768'], { image_size: { width: 1024, height: 768 } }],
    [['--size', 'model'], {}],
    [['--format', 'jpg'], { output_format: 'jpeg' }],
    [['--format', 'PNG'], { output_format: 'png' }],
    [['-o', 'out.jpeg'], { output_format: 'jpeg' }],
    [['-o', 'out.png', '--format', 'png'], { output_format: 'png' }],
    [['--negative-prompt', '-people'], { negative_prompt: '-people' }],
    [['--negative-prompt', ''], { negative_prompt: '' }],
    [['--no-safety-checker'], { enable_safety_checker: false }],
    [['--set', 'scheduler=dpmpp_2m'], { scheduler: 'dpmpp_2m' }],
    [['--set', 'sigma-schedule=sgm_uniform'], { sigma_schedule: 'sgm_uniform' }],
    [['--set', 'nag_scale=4.5', '--set', 'use_cfg_zero=true'], { nag_scale: 4.5, use_cfg_zero: true }],
    [[...FLUX_2, '--acceleration', 'high'], { acceleration: 'high' }],
    [[...FLUX_2, '--expand-prompt'], { enable_prompt_expansion: true }],
    [
      [...FLUX_2, '--size', '512x2048', '--format', 'webp'],
      { image_size: { width: 512, height: 2048 }, output_format: 'webp' },
    ],
  ])('%j', async (argv, input) => {
    expect(await sent(['photo.png', '-p', 'x', ...argv])).toEqual({ prompt: 'x', ...input });
  });

  test.each(['500ms', '30s', '10m', '1.5h', '24h', '90', ' 30 S '])(
    '--timeout %j is a time',
    async (time) => {
      expect(await sent(['photo.png', '-p', 'x', '--timeout', time])).toEqual({ prompt: 'x' });
    },
  );

  it('takes flags before, between and after pictures, and files alone after --', async () => {
    const files = { '-p': PNG, '--json': PNG };
    const argv = ['photo.png', '-p', 'x', '-m', 'flux-2-lora', '--', '-p', '--json'];
    expect(await sent(argv, { files })).toEqual({ prompt: 'x' });
  });

  it('a picture on the command line takes the place of a default one, and joins one of --image', async () => {
    const missing = { FAL_EDIT_IMAGE: 'missing.png' };
    expect(await sent(['photo.png', '-p', 'x'], { env: missing })).toEqual({ prompt: 'x' });
    expect(await sent(['-p', 'x'], { env: { FAL_EDIT_IMAGE: 'photo.png' } })).toEqual({ prompt: 'x' });
    const both = ['photo.png', '-i', 'photo.png', '-p', 'x', '-m', 'flux-2-lora'];
    expect(await sent(both, { env: missing })).toEqual({ prompt: 'x' });
  });
});
