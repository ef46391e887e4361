/* Every flag of an edit means the same as a flag of a batch, and as a field of a row. */
import { describe, expect, it, test } from 'vitest';
import { flagsOf } from '../../../src/commands/flags/editing.js';
import type { Flag } from '../../../src/commands/flag.js';
import { runCli } from '../../support/run-cli.js';
import type { DryRun } from '../scene.js';
import { batchScene, jsonl, type BatchScene } from './scene.js';

it('a batch knows every flag of an edit', () => {
  const names = (flags: readonly Flag[]): string[] => flags.map(({ name }) => name);
  expect(names(flagsOf('edit')).filter((name) => !names(flagsOf('batch')).includes(name))).toEqual([]);
  for (const flag of flagsOf('edit')) {
    const same = flagsOf('batch').find(({ name }) => name === flag.name);
    expect(same?.short, flag.name).toBe(flag.short);
    expect(same?.value === undefined, flag.name).toBe(flag.value === undefined);
    expect(same?.repeatable, flag.name).toBe(flag.repeatable);
  }
});

it('a batch has no flag twice, and no letter', () => {
  const names = flagsOf('batch').map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const letters = flagsOf('batch').flatMap(({ short }) => short ?? []);
  expect(new Set(letters).size).toBe(letters.length);
});

type Fields = Record<string, unknown>;

/** Flags of an edit, and all ways to say the same in a row. */
const SETTINGS: [flags: string[], ...fields: Fields[]][] = [
  [['--strength', '0.5'], { strength: 0.5 }, { strength: '0.5' }, { Strength: 0.5 }],
  [['--image-strength', '0.5'], { 'image-strength': 0.5 }, { image_strength: '0.5' }],
  [
    ['--lora', 'owner/style@0.8'],
    { lora: 'owner/style@0.8' },
    { loras: ['owner/style@0.8'] },
    { lora: { path: 'owner/style@0.8' } },
    { lora: '[{"path":"owner/style","scale":0.8}]' },
    { loras: [{ path: 'owner/style', scale: 0.8 }] },
    { lora: '["owner/style@0.8"]' },
    { lora: '[{"path": "owner/style", "scale": 0.8}]' },
  ],
  [
    ['--lora', 'owner/a@0.8', '--lora', 'owner/b'],
    { loras: ['owner/a@0.8', 'owner/b'] },
    {
      lora: [
        { path: 'owner/a', scale: 0.8 },
        { path: 'owner/b', scale: null },
      ],
    },
  ],
  [['--steps', '12'], { steps: 12 }, { steps: '12' }],
  [['--guidance', '3.5'], { guidance: 3.5 }, { guidance: '3.5' }],
  [['--negative-prompt', 'rain'], { negative_prompt: 'rain' }, { 'negative-prompt': 'rain' }],
  [
    ['--no-safety-checker'],
    { no_safety_checker: true },
    { 'no-safety-checker': 'yes' },
    { no_safety_checker: 'TRUE' },
    { no_safety_checker: 1 },
  ],
  [[], { no_safety_checker: false }, { no_safety_checker: 'no' }, { no_safety_checker: null }],
  [['--num-images', '2'], { num_images: 2 }, { 'num-images': '2' }],
  [['--size', 'square_hd'], { size: 'square_hd' }],
  [['--size', '640x512'], { size: '640x512' }, { size: { width: 640, height: 512 } }],
  [['--size', 'model'], { size: 'model' }],
  [['--format', 'jpeg'], { format: 'jpeg' }, { format: 'JPG' }],
  [
    ['--set', 'scheduler=euler'],
    { set: { scheduler: 'euler' } },
    { set: 'scheduler=euler' },
    { set: ['scheduler=euler'] },
    { 'set.scheduler': 'euler' },
    { set: '{"scheduler": "euler"}' },
  ],
  [
    ['--set', 'real_cfg_scale=2.5', '--set', 'use_real_cfg=true'],
    { set: { real_cfg_scale: 2.5, use_real_cfg: true } },
    { 'set.real_cfg_scale': 2.5, 'set.use_real_cfg': true },
    { 'set.real_cfg_scale': '2.5', set: ['use_real_cfg=true'] },
  ],
  [
    ['-m', 'flux-2-lora', '--acceleration', 'high'],
    { model: 'flux-2-lora', acceleration: 'high' },
    { model: 'fal-ai/flux-2/lora/edit', acceleration: 'high' },
    { model: 'flux-2/lora/edit', acceleration: 'high' },
  ],
  [['-m', 'flux-2-lora', '--expand-prompt'], { model: 'flux-2-lora', expand_prompt: true }],
  [['-m', 'flux-2-lora', '--format', 'webp'], { model: 'flux-2-lora', format: 'webp' }],
];

/** What an edit would send, but for its picture and its seed. */
async function inputOfEdit({ cwd }: BatchScene, flags: readonly string[]): Promise<Fields> {
  const argv = ['a.png', '-p', 'snow', '--seed', '1', ...flags, '-n', '--json'];
  const { stderr, json, code } = await runCli(argv, { cwd });
  expect(code, stderr).toBe(0);
  return own(json<DryRun>().input);
}

function own(input: unknown): Fields {
  const { seed, image_url, image_urls, ...others } = input as Fields;
  expect([seed, image_url ?? image_urls]).not.toContain(undefined);
  return others;
}

describe('means the same as with an edit', () => {
  test.each(SETTINGS)('%j as flags, and as %j', async (flags, ...rows) => {
    const scene = await batchScene({
      'plain.jsonl': jsonl({ image: 'a.png', prompt: 'snow' }),
      'rows.jsonl': jsonl(...rows.map((row) => ({ image: 'a.png', prompt: 'snow', ...row }))),
    });
    const expected = await inputOfEdit(scene, flags);
    const byFlags = await scene.batch('plain.jsonl', ...flags);
    expect(byFlags.code, byFlags.stderr).toBe(0);
    const byRows = await scene.run(['rows.jsonl', '-d', 'rows', '--no-report']);
    expect(byRows.code, byRows.stderr).toBe(0);
    const inputs = scene.fal.ledger().accepted.map(({ input }) => own(input));
    expect(inputs).toEqual([expected, ...rows].map(() => expected));
  });

  it('seed', async () => {
    const rows = jsonl(
      { image: 'a.png', prompt: 'snow', seed: 7 },
      { image: 'a.png', prompt: 'snow', seed: '8' },
    );
    const { batch, fal } = await batchScene({
      'rows.jsonl': rows,
      'plain.csv': 'image,prompt\na.png,snow\n',
    });
    expect((await batch('rows.jsonl')).code).toBe(0);
    expect((await batch('plain.csv', '--seed', '9')).code).toBe(0);
    const seeds = fal.ledger().accepted.map(({ input }) => (input as { seed: number }).seed);
    expect(seeds.sort()).toEqual([7, 8, 9]);
  });

  test.each<[string, Fields]>([
    ['image', { image: 'a.png' }],
    ['a list of one', { image: ['a.png'] }],
    ['images', { images: ['a.png'] }],
    ['a cell with a list', { images: '["a.png"]' }],
    ['an absolute path', { image: 'CWD/a.png' }],
    ['a file: URL', { image: 'file://CWD/a.png' }],
  ])('the picture: %s', async (_, fields) => {
    const scene = await batchScene();
    const text = jsonl({ ...fields, prompt: 'snow' }).replaceAll('CWD', scene.cwd);
    await scene.write({ 'rows.jsonl': text });
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    expect(scene.fal.ledger().uploads).toHaveLength(1);
  });

  it('several pictures, in their order', async () => {
    const row = { images: ['c.png', 'a.png', 'b.png'], prompt: 'all', model: 'flux-2-lora' };
    const { batch, fal } = await batchScene({ 'rows.jsonl': jsonl(row) });
    const { code, stderr } = await batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    const { accepted, uploads } = fal.ledger();
    const urls = (accepted[0]!.input as { image_urls: string[] }).image_urls;
    const names = urls.map((url) =>
      uploads
        .find(({ file_url }) => file_url === url)!
        .file_url.split('/')
        .at(-1),
    );
    expect(names).toEqual(['c.png', 'a.png', 'b.png']);
  });
});
