import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { Fields } from '../../../src/batch/manifest/entry.js';
import { rowReader } from '../../../src/commands/rows/reader.js';
import { askedHashOf, fingerprintOf } from '../../../src/edit/plan/fingerprint.js';
import { fingerprintV1, wishV1 } from '../../../src/edit/plan/fingerprint-v1.js';
import { findModel } from '../../../src/models/registry.js';
import { planEdit, type EditPlan } from '../../../src/edit/plan/plan.js';
import { sha256Of } from '../../../src/sha256.js';
import { photo, quietContext } from '../../batch/planning.js';

const WEIGHTS = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{} weights')]);

let folder = '';
/** What a row or a command with these fields plans. */
const plan = async (fields: Fields): Promise<EditPlan> => {
  const settings = { values: {}, origins: {}, key: undefined, stateDir: undefined };
  const context = { ...quietContext(), cwd: folder };
  const { order } = await rowReader(
    settings,
    {},
    {
      folder,
      fromFile: [],
      allowOutside: false,
      models: { load: (name) => Promise.resolve(findModel(name)) },
    },
    { ...context, newSeed: () => 5 },
  )(fields);
  return planEdit(order, context);
};
const print = async (fields: Fields): Promise<string> => fingerprintOf(await plan(fields));

const turned = async (): Promise<Buffer> =>
  sharp(await photo('orange'))
    .jpeg()
    .withMetadata({ orientation: 6 })
    .toBuffer();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fal-edit-test-'));
  const put = (name: string, bytes: Uint8Array): Promise<void> => writeFile(path.join(folder, name), bytes);
  await put('cat.png', await photo('orange'));
  await put('copy.png', await photo('orange'));
  await put('dog.png', await photo('brown'));
  await put('turned.jpg', await turned());
  await put('style.safetensors', WEIGHTS);
});

afterAll(() => rm(folder, { recursive: true }));

const BASE = { image: 'cat.png', prompt: 'snow', strength: 0.6 };
const [CAT, DOG] = ['orange', 'brown'].map((colour) => photo(colour));

describe('The fingerprint of an edit', () => {
  test.each<[string, Fields, Fields?]>([
    ['another name of the output', { output: 'b.png' }],
    ['a format that only that name asks for', { output: 'b.jpg' }],
    ['a folder', { output: 'sub/' }],
    ['--force and --keep-blanked', { force: true, keep_blanked: true }],
    ['--alpha, --metadata and --icc', { alpha: 'keep', metadata: 'all', icc: 'keep' }],
    [
      'a column that only a placeholder uses',
      { prompt: '{background}', background: 'snow' },
      { prompt: 'snow' },
    ],
    ['the default model by its name', { model: 'flux-general' }],
    ['the default model by its endpoint', { model: 'fal-ai/flux-general/image-to-image' }],
    ['another name of the same bytes', { image: 'copy.png' }],
    ['a number that is written otherwise', { strength: '0.60' }],
    ['a number in the other notation', { strength: '6e-1' }],
    ['the other name of the flag', { strength: null, image_strength: 0.6 }],
  ])('is the same with %s', async (_, more, other = {}) => {
    expect(await print({ ...BASE, ...more })).toBe(await print({ ...BASE, ...other }));
  });

  it('is that of the file, whether it comes from the disk or in a data: URI', async () => {
    const uri = `data:image/png;base64,${(await CAT!).toString('base64')}`;
    const file = `file://${path.join(folder, 'cat.png')}`;
    expect(await print({ ...BASE, image: uri })).toBe(await print(BASE));
    expect(await print({ ...BASE, image: file })).toBe(await print(BASE));
  });

  const others: Fields[] = [
    ...[{ model: 'flux-dev' }, { prompt: 'snow ' }, { image: 'dog.png' }, { image: 'turned.jpg' }],
    ...[{ strength: 0.61 }, { strength: null }, { seed: 5 }, { seed: 6 }, { steps: 28 }, { guidance: 3.5 }],
    ...[{ num_images: 1 }, { num_images: 2 }, { size: '512x512' }, { size: 'square' }],
    ...[{ format: 'png' }, { format: 'png', output: 'a.png' }, { format: 'jpeg' }],
    ...[{ negative_prompt: 'rain' }, { no_safety_checker: true }, { set: { nag_scale: 3 } }],
    ...[{ lora: 'owner/style' }, { lora: 'owner/style@1' }, { lora: 'style.safetensors' }],
    ...[{ image: 'https://example.com/a.png' }, { image: 'https://example.com/b.png' }],
    ...[{ background: '#000' }, { background: 'white' }, { max_upload: '1MP' }, { max_upload: 2e6 }],
    ...[{ upload_as_is: true }, { upscale_input: true }],
    ...[{ set: { reference_image_url: 'dog.png' } }, { set: { reference_image_url: 'cat.png' } }],
  ];
  it('is another for each field that is given, be it with its default', async () => {
    const prints = await Promise.all(others.map((more) => print({ ...BASE, ...more })));
    // A format that is given is given, whatever the name says.
    const distinct = others.length - 1;
    expect(new Set([...prints, await print(BASE)]).size).toBe(distinct + 1);
  });

  it('counts a picture by its file, not by what is uploaded', async () => {
    const { given, attachments } = await plan({ ...BASE, image: 'turned.jpg' });
    const source = sha256Of(await turned());
    expect(given['image_url']).toEqual([{ sha256: source }]);
    expect(attachments[0]?.upload?.sha256).not.toBe(source);
  });

  it('does not mix up the pictures of one edit', async () => {
    const pair = (...images: string[]): Promise<string> =>
      print({ prompt: 'snow', model: 'flux-2-lora', images });
    expect(await pair('cat.png', 'dog.png')).not.toBe(await pair('dog.png', 'cat.png'));
    expect(await pair('cat.png', 'dog.png')).toBe(await pair('copy.png', 'dog.png'));
  });

  it('does not depend on the order of the fields, or on how numbers are spelled', async () => {
    const numbers = fc.record({
      strength: fc.integer({ min: 1, max: 100 }),
      steps: fc.integer({ min: 1, max: 50 }),
      seed: fc.integer({ min: 0, max: 1000 }),
    });
    const spelled = (value: number): fc.Arbitrary<string | number> =>
      fc.constantFrom<string | number>(value, String(value), `${value}e0`, value.toFixed(4), ` ${value} `);
    const cases = numbers.chain(({ strength, steps, seed }) => {
      const plain: Fields = { ...BASE, strength: strength / 100, steps, seed };
      const other = fc
        .tuple(spelled(strength / 100), fc.constantFrom('a.png', 'x/{seed}.jpg', 'y/'))
        .chain(([number, output]) =>
          fc.shuffledSubarray(Object.entries({ ...plain, strength: number, output }), { minLength: 6 }),
        );
      return fc.tuple(fc.constant(plain), other);
    });
    await fc.assert(
      fc.asyncProperty(cases, async ([plain, other]) => {
        expect(await print(Object.fromEntries(other))).toBe(await print(plain));
      }),
      { numRuns: 50 },
    );
  });

  it('changes with every byte of a file', async () => {
    const bytes = await CAT!;
    const before = await print(BASE);
    // Behind the end of the picture, which nobody decodes.
    const longer = Buffer.concat([bytes, Buffer.alloc(16)]);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: bytes.length, max: longer.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        fc.uuid(),
        async (at, value, name) => {
          const changed = Buffer.from(longer);
          changed[at] = value;
          await writeFile(path.join(folder, `${name}.png`), changed);
          const { given } = await plan({ ...BASE, image: `${name}.png` });
          expect(given['image_url']).toEqual([{ sha256: sha256Of(changed) }]);
          expect(await print({ ...BASE, image: `${name}.png` })).not.toBe(before);
        },
      ),
      { numRuns: 20 },
    );
    const weights = async (at: number): Promise<string> => {
      const changed = Buffer.from(WEIGHTS);
      changed[at]! ^= 1;
      await writeFile(path.join(folder, 'other.safetensors'), changed);
      return print({ ...BASE, lora: 'other.safetensors' });
    };
    const all = [await weights(11), await weights(WEIGHTS.length - 1), await weights(12)];
    expect(new Set(all).size).toBe(3);
  });

  it('stays what it is: all that was ever paid for is found by it', async () => {
    const [cat, dog, style] = [sha256Of(await CAT!), sha256Of(await DOG!), sha256Of(WEIGHTS)];
    const fields = {
      ...{ strength: 0.6, lora: 'style.safetensors@0.5', steps: 20, guidance: 3, seed: 7, num_images: 2 },
      ...{ size: '640x480', format: 'jpeg', negative_prompt: 'rain', no_safety_checker: true },
      set: { scheduler: 'euler' },
    };
    const general = [
      '[2,"fal-ai/flux-general/image-to-image",{"enable_safety_checker":false,"guidance_scale":3,',
      `"image_size":{"height":480,"width":640},"image_url":[{"sha256":"${cat}"}],`,
      `"loras":[{"path":{"sha256":"${style}"},"scale":0.5}],"negative_prompt":"rain","num_images":2,`,
      '"num_inference_steps":20,"output_format":"jpeg","prompt":"snow","scheduler":"euler","seed":7,"strength":0.6}]',
    ].join('');
    expect(await print({ ...BASE, ...fields })).toBe(sha256Of(general));
    const flux2 = [
      '[2,"fal-ai/flux-2/lora/edit",{"acceleration":"high","enable_prompt_expansion":true,"image_size":"square",',
      `"image_urls":[{"sha256":"${cat}"},{"sha256":"${dog}"}],"prompt":"snow"}]`,
    ].join('');
    const more = {
      acceleration: 'high',
      expand_prompt: true,
      size: 'square',
      images: ['cat.png', 'dog.png'],
    };
    expect(await print({ prompt: 'snow', model: 'flux-2-lora', ...more })).toBe(sha256Of(flux2));
    const dev = `[2,"fal-ai/flux/dev/image-to-image",{"image_url":["https://example.com/a.png"],"prompt":"snow"}]`;
    expect(await print({ prompt: 'snow', model: 'flux-dev', image: 'https://example.com/a.png' })).toBe(
      sha256Of(dev),
    );
  });
});

describe('The fingerprint of a command', () => {
  const asked = async (fields: Fields, via = 'fal'): Promise<string> => askedHashOf(await plan(fields), via);

  it('is the same for the same command, and for one that only saves otherwise', async () => {
    expect(await asked(BASE)).toBe(await asked(BASE));
    expect(await asked({ ...BASE, force: true, keep_blanked: true })).toBe(await asked(BASE));
  });

  test.each<[string, Fields, string?]>([
    ['another output', { output: 'b.png' }],
    ['another picture, by what the result is called', { image: 'copy.png' }],
    ['another prompt', { prompt: 'rain' }],
    ['another way to fal', {}, 'sandbox'],
  ])('is another with %s', async (_, more, via) => {
    expect(await asked({ ...BASE, ...more }, via)).not.toBe(await asked(BASE));
  });

  it('stays what it is', async () => {
    const given = `{"image_url":[{"sha256":"${sha256Of(await CAT!)}"}],"prompt":"snow","strength":0.6}`;
    const output = `{"cwd":${JSON.stringify(folder)},"name":"cat","numberWhenTaken":false,"template":"b.png"}`;
    const text = `[2,"fal-ai/flux-general/image-to-image","fal",${given},${output}]`;
    expect(await asked({ ...BASE, output: 'b.png' })).toBe(sha256Of(text));
  });
});

describe('Fingerprints of version 1', () => {
  it('are what releases before version 2 made', async () => {
    const sent = `{"image_strength":0.6,"image_url":"${sha256Of(await CAT!)}","output_format":"png","prompt":"snow","strength":0.6}`;
    const made = await plan({ ...BASE, output: 'b.png' });
    expect(wishV1(made)).toBe(sha256Of(`["fal-ai/flux-general/image-to-image",${sent}]`));
    const delivery = `{"count":1,"cwd":${JSON.stringify(folder)},"ext":"png","force":false,"keepBlanked":false,"name":"cat","numberWhenTaken":false,"template":"b.png"}`;
    expect(fingerprintV1(made, 'fal')).toBe(
      sha256Of(`["fal-ai/flux-general/image-to-image","fal",${sent},${delivery}]`),
    );
  });

  it('count what was uploaded then, where that is noted', async () => {
    const made = await plan(BASE);
    const [picture] = made.attachments;
    const noted = { ...made, attachments: [{ ...picture!, earlierUpload: 'ab'.repeat(32) }] };
    const other = {
      ...made,
      attachments: [{ ...picture!, upload: { ...picture!.upload!, sha256: 'ab'.repeat(32) } }],
    };
    expect(wishV1(noted)).toBe(wishV1(other));
    expect(wishV1(noted)).not.toBe(wishV1(made));
  });
});
